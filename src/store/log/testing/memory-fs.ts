import path from 'node:path';
import type { FileStat, LogFile, LogFs, OpenFlags } from '../fs.js';

const SECTOR = 512;

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly length: number };

/** What programs see of a file, what the device has of it, and what lies between. */
interface Inode {
  data: Buffer;
  synced: Buffer;
  pending: Change[];
  mtimeMs: number;
}

/** What a change puts under each name; undefined = nothing. */
type EntryChange = readonly (readonly [name: string, inode: Inode | undefined])[];

/** A call that is about to happen. */
export interface Call {
  readonly name: string;
  readonly file: string;
  /** Counts the calls of this file system from 1. */
  readonly index: number;
}

/** Runs before each call: may wait, throw what the call then fails with, or shorten a write to a number of bytes. */
export type Hook = (call: Call) => Promise<number | undefined> | number | undefined;

export const errno = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

/**
 * A file system in memory that knows what a crash leaves: of a killed process everything it wrote, of a machine without
 * power what was synced and any of the other sectors and directory entries. A failed sync loses its pages for good, as Linux does.
 */
export class MemoryFs implements LogFs {
  hook: Hook | undefined;
  calls = 0;
  #entries = new Map<string, Inode>();
  #syncedEntries = new Map<string, Inode>();
  /** What was done to the entries since the directory was synced. */
  #pendingEntries: EntryChange[] = [];

  async open(name: string, flags: OpenFlags): Promise<LogFile> {
    await this.#before('open', name);
    const found = this.#entries.get(name);
    if (found !== undefined && flags === 'wx') throw errno('EEXIST');
    if (found === undefined && flags.startsWith('r')) throw errno('ENOENT');
    const inode = found ?? {
      data: Buffer.alloc(0),
      synced: Buffer.alloc(0),
      pending: [],
      mtimeMs: Date.now(),
    };
    if (found === undefined) this.#change([[name, inode]]);
    const links = () => [...this.#entries.values()].filter((other) => other === inode).length;
    const file = new MemoryFile(inode, (call) => this.#before(call, name), links);
    if (flags === 'w') file.apply({ kind: 'truncate', length: 0 });
    return file;
  }

  async mkdir(): Promise<undefined> {}

  async readdir(directory: string): Promise<string[]> {
    await this.#before('readdir', directory);
    const below = [...this.#entries.keys()].filter((name) => name.startsWith(`${directory}/`));
    return [...new Set(below.map((name) => name.slice(directory.length + 1).split('/')[0] as string))];
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#before('rename', from);
    const inode = this.#inode(from);
    this.#change([
      [from, undefined],
      [to, inode],
    ]);
  }

  async link(from: string, to: string): Promise<void> {
    await this.#before('link', from);
    const inode = this.#inode(from);
    if (this.#entries.has(to)) throw errno('EEXIST');
    this.#change([[to, inode]]);
  }

  async unlink(name: string): Promise<void> {
    await this.#before('unlink', name);
    this.#inode(name);
    this.#change([[name, undefined]]);
  }

  async syncDirectory(directory: string): Promise<void> {
    await this.#before('syncDirectory', directory);
    this.#syncedEntries = new Map(this.#entries);
    this.#pendingEntries = [];
  }

  /** What a machine that lost its power now finds. `chance` gives numbers in [0, 1). */
  afterPowerCut(chance: () => number): MemoryFs {
    const entries = new Map(this.#syncedEntries);
    for (const change of this.#pendingEntries) if (chance() < 0.5) changeEntries(entries, change);
    return copyOf(entries, ({ synced, pending }) => {
      let content: Buffer = Buffer.from(synced);
      for (const change of pending) {
        for (const part of sectors(change)) if (chance() < 0.5) content = applied(content, part);
      }
      return content;
    });
  }

  /** What a process finds that starts after this one was killed: everything, and what is not synced still is not. */
  clone(): MemoryFs {
    const copy = new MemoryFs();
    const known = new Map<Inode, Inode>();
    const twin = (inode: Inode): Inode => {
      const made = known.get(inode) ?? { ...inode, pending: [...inode.pending] };
      known.set(inode, made);
      return made;
    };
    const copied = (entries: Map<string, Inode>): Map<string, Inode> =>
      new Map([...entries].map(([name, inode]) => [name, twin(inode)]));
    copy.#entries = copied(this.#entries);
    copy.#syncedEntries = copied(this.#syncedEntries);
    copy.#pendingEntries = this.#pendingEntries.map((change) =>
      change.map(([name, inode]) => [name, inode && twin(inode)] as const),
    );
    return copy;
  }

  /** Names and contents. */
  files(): Map<string, Buffer> {
    return new Map([...this.#entries].map(([name, { data }]) => [name, data]));
  }

  /** Puts a file there, synced. */
  put(name: string, data: Buffer, mtimeMs = Date.now()): void {
    const inode = { data, synced: data, pending: [], mtimeMs };
    this.#entries.set(name, inode);
    this.#syncedEntries.set(name, inode);
  }

  /** Takes a file away, synced. */
  remove(name: string): void {
    this.#entries.delete(name);
    this.#syncedEntries.delete(name);
    this.#pendingEntries = this.#pendingEntries.map((change) => change.filter(([entry]) => entry !== name));
  }

  #inode(name: string): Inode {
    const inode = this.#entries.get(name);
    if (inode === undefined) throw errno('ENOENT');
    return inode;
  }

  #change(change: EntryChange): void {
    changeEntries(this.#entries, change);
    this.#pendingEntries.push(change);
  }

  async #before(name: string, file: string): Promise<number | undefined> {
    this.calls += 1;
    return await this.hook?.({ name, file: path.basename(file), index: this.calls });
  }
}

class MemoryFile implements LogFile {
  readonly #inode: Inode;
  readonly #before: (call: string) => Promise<number | undefined>;

  readonly #links: () => number;

  constructor(inode: Inode, before: (call: string) => Promise<number | undefined>, links: () => number) {
    this.#inode = inode;
    this.#before = before;
    this.#links = links;
  }

  async read(buffer: Buffer, offset: number, length: number, at: number): Promise<{ bytesRead: number }> {
    await this.#before('read');
    return { bytesRead: this.#inode.data.copy(buffer, offset, at, at + length) };
  }

  async write(buffer: Buffer, offset: number, length: number, at: number): Promise<{ bytesWritten: number }> {
    const bytesWritten = (await this.#before('write')) ?? length;
    this.apply({ kind: 'write', at, bytes: Buffer.from(buffer.subarray(offset, offset + bytesWritten)) });
    return { bytesWritten };
  }

  async datasync(): Promise<void> {
    const inode = this.#inode;
    const reached = inode.pending.length;
    try {
      await this.#before('datasync');
      for (const change of inode.pending.slice(0, reached)) inode.synced = applied(inode.synced, change);
    } finally {
      // Also after a failure: the system forgets that these pages are dirty.
      inode.pending = inode.pending.slice(reached);
    }
  }

  async truncate(length: number): Promise<void> {
    await this.#before('truncate');
    this.apply({ kind: 'truncate', length });
  }

  async stat(): Promise<FileStat> {
    await this.#before('stat');
    const { data, mtimeMs } = this.#inode;
    return { size: data.length, mtimeMs, nlink: this.#links() };
  }

  async close(): Promise<void> {}

  apply(change: Change): void {
    this.#inode.data = applied(this.#inode.data, change);
    this.#inode.pending.push(change);
    this.#inode.mtimeMs = Date.now();
  }
}

function changeEntries(entries: Map<string, Inode>, change: EntryChange): void {
  for (const [name, inode] of change) {
    if (inode === undefined) entries.delete(name);
    else entries.set(name, inode);
  }
}

function copyOf(entries: Map<string, Inode>, content: (inode: Inode) => Buffer): MemoryFs {
  const copy = new MemoryFs();
  for (const [name, inode] of entries) copy.put(name, content(inode));
  return copy;
}

function applied(content: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') {
    const cut = Buffer.alloc(change.length);
    content.copy(cut);
    return cut;
  }
  const end = change.at + change.bytes.length;
  const next = Buffer.alloc(Math.max(content.length, end));
  content.copy(next);
  change.bytes.copy(next, change.at);
  return next;
}

/** The parts of a change that reach the device independently. */
function* sectors(change: Change): Iterable<Change> {
  if (change.kind === 'truncate') return yield change;
  for (let from = 0; from < change.bytes.length; ) {
    const to = Math.min(change.bytes.length, from + SECTOR - ((change.at + from) % SECTOR));
    yield { kind: 'write', at: change.at + from, bytes: change.bytes.subarray(from, to) };
    from = to;
  }
}
