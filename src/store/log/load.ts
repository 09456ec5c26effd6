import path from 'node:path';
import { LocalError } from '../../domain/errors.js';
import { fileName, listDirectory } from './directory.js';
import { FILE_HEADER_BYTES, type FileKind, FORMAT_VERSION, FRAME_HEADER_BYTES, fileSeed } from './format.js';
import { findFrame, isUnused, type ReadEnd, readFrames } from './frame-reader.js';
import { type LogFile, type LogFs, readFully, withFile } from './fs.js';
import type { LogOptions } from './options.js';
import { MalformedRecordError, type RecordView, type RecordVisitor, visitRecords } from './records.js';
import { DiskUsage, Segment } from './segment.js';
import type { LogState } from './state.js';
import { readVersion } from './version.js';

const PROGRESS_RECORDS = 250_000;

export interface LoadOptions extends Pick<LogOptions, 'directory' | 'onProgress' | 'onReport' | 'patched'> {
  readonly state: LogState;
  /** Called before a torn tail is cut off. */
  beforeCut(): Promise<void>;
}

/** A store as it was found, ready to be appended to. */
export interface Loaded {
  readonly state: LogState;
  readonly segment: Segment;
  readonly disk: DiskUsage;
}

/**
 * Reads the newest snapshot and the segments that continue it into `state`, and cuts a torn tail off.
 * @throws LocalError `store_corrupt` naming file and offset, `store_format`, `store_foreign`
 */
export async function loadLog(fs: LogFs, options: LoadOptions): Promise<Loaded> {
  const { directory, state } = options;
  const listing = await listDirectory(fs, directory);
  const disk = new DiskUsage();
  const reader = new LogReader(fs, options);
  const first = Math.max(1, listing.snapshot);
  if (listing.snapshot > 0) disk.snapshot(first, await reader.snapshot(first));
  const last = listing.segments.at(-1) ?? 0;
  for (const [at, number] of listing.segments.entries()) {
    if (number !== first + at) throw corrupt(directory, fileName('segment', first + at), 0, 'it is missing');
    if (number !== last) disk.closed(number, await reader.closedSegment(number));
  }
  if (last === 0 && listing.snapshot > 0)
    throw corrupt(directory, fileName('segment', first), 0, 'it is missing');
  const segment =
    last === 0 ? await Segment.create(fs, directory, first) : await reader.lastSegment(last, disk);
  try {
    reader.assertBased();
    for (const name of [...listing.obsolete.map((file) => file.name), ...listing.leftOver]) {
      await fs.unlink(path.join(directory, name));
    }
  } catch (error) {
    await segment.close();
    throw error;
  }
  return { state, segment, disk };
}

const corrupt = (directory: string, name: string, offset: number, what: string): LocalError =>
  new LocalError(
    'store_corrupt',
    `${path.join(directory, name)} is damaged at byte ${offset}: ${what}. Repair keeps what is still readable.`,
  );

/** A patch that found nothing to go on from. */
interface Unbased {
  readonly file: string;
  readonly offset: number;
}

class LogReader implements RecordVisitor {
  readonly #fs: LogFs;
  readonly #directory: string;
  readonly #replay: RecordVisitor;
  readonly #options: LoadOptions;
  #records = 0;
  #file = '';
  #ended: number | undefined;
  /** Where the frame begins that is read. */
  #offset = FILE_HEADER_BYTES;
  /** By key. A snapshot may be ahead of its segment and lack what that patches, and deletes later. */
  readonly #unbased = new Map<string, Unbased>();

  constructor(fs: LogFs, options: LoadOptions) {
    this.#fs = fs;
    this.#directory = options.directory;
    this.#replay = options.state.replay;
    this.#options = options;
  }

  async snapshot(number: number): Promise<number> {
    const before = this.#records;
    const bytes = await this.#whole('snapshot', number);
    const records = this.#records - before;
    if (this.#ended !== records) {
      throw this.#corrupt(
        bytes,
        `it should end after ${this.#ended ?? 'a number of'} records, not ${records}`,
      );
    }
    return bytes;
  }

  closedSegment(number: number): Promise<number> {
    return this.#whole('segment', number);
  }

  /** The only file that a crash may have left unfinished. One of an older version is continued by a new one. */
  async lastSegment(number: number, disk: DiskUsage): Promise<Segment> {
    this.#file = fileName('segment', number);
    const name = path.join(this.#directory, this.#file);
    const file = await this.#fs.open(name, 'r+');
    try {
      const { size } = await file.stat();
      const version = await readVersion(file, 'segment', number, name);
      if (version === undefined) {
        for (let any = 1; any <= FORMAT_VERSION; any += 1) {
          const seed = fileSeed('segment', number, any);
          await this.#assertTorn(file, seed, 0, size, 'it has no valid header');
        }
        await file.close();
        if (size > 0) await this.#torn(0, size);
        return Segment.create(this.#fs, this.#directory, number);
      }
      const { end, frames, fault } = await this.#read(file, 'segment', number, version, size);
      if (fault !== undefined) {
        const seed = fileSeed('segment', number, version);
        const rest = await this.#assertTorn(file, seed, end, size, fault);
        if (!isUnused(rest, end, frames)) await this.#torn(end, size - end);
        await file.truncate(end);
      }
      // A killed process may have left a frame that is only in the page cache; from now on it will be seen.
      await file.datasync();
      await this.#fs.syncDirectory(this.#directory);
      if (version === FORMAT_VERSION) return new Segment(number, file, { bytes: end, frames });
      const segment = await Segment.create(this.#fs, this.#directory, number + 1);
      disk.closed(number, end);
      await file.close();
      return segment;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  put(record: RecordView): void {
    this.#replay.put(record);
    if (this.#unbased.size > 0) this.#unbased.delete(record.key());
    this.#records += 1;
    if (this.#records % PROGRESS_RECORDS === 0) {
      this.#options.onProgress?.({ records: this.#records, file: this.#file });
    }
  }

  patch(record: RecordView): boolean {
    const isBased = this.#replay.patch(record);
    if (!isBased && !this.#unbased.has(record.key()))
      this.#unbased.set(record.key(), { file: this.#file, offset: this.#offset });
    return isBased;
  }

  /** @throws LocalError `store_corrupt` when a patch has nothing to go on from */
  assertBased(): void {
    const [first] = this.#unbased.values();
    if (first === undefined) return;
    throw corrupt(
      this.#directory,
      first.file,
      first.offset,
      'the value that a change goes on from is missing',
    );
  }

  delete(key: string): void {
    this.#replay.delete(key);
    this.#unbased.delete(key);
  }

  clear(prefix: string): void {
    this.#replay.clear(prefix);
    for (const key of this.#unbased.keys()) if (key.startsWith(prefix)) this.#unbased.delete(key);
  }

  end(records: number): void {
    this.#ended = records;
  }

  async #whole(kind: FileKind, number: number): Promise<number> {
    this.#file = fileName(kind, number);
    const name = path.join(this.#directory, this.#file);
    return withFile(this.#fs, name, 'r', async (file) => {
      const { size } = await file.stat();
      const version = await readVersion(file, kind, number, name);
      if (version === undefined) throw this.#corrupt(0, 'it has no valid header');
      const { end, fault } = await this.#read(file, kind, number, version, size);
      if (fault !== undefined) throw this.#corrupt(end, fault);
      return size;
    });
  }

  async #read(
    file: LogFile,
    kind: FileKind,
    number: number,
    version: number,
    size: number,
  ): Promise<ReadEnd> {
    this.#offset = FILE_HEADER_BYTES;
    try {
      return await readFrames(file, size, fileSeed(kind, number, version), (buffer, from, to) => {
        visitRecords(buffer, from, to, version, this);
        this.#offset += FRAME_HEADER_BYTES + to - from;
      });
    } catch (error) {
      if (error instanceof MalformedRecordError) throw this.#corrupt(this.#offset, error.message);
      throw error;
    }
  }

  /**
   * Throws unless everything from `end` on can have been lost with the power: no later frame knew it to be synced.
   * Answers what is there.
   */
  async #assertTorn(file: LogFile, seed: number, end: number, size: number, fault: string): Promise<Buffer> {
    const rest = Buffer.allocUnsafeSlow(size - end);
    const bytes = rest.subarray(0, await readFully(file, rest, end));
    for (let found = findFrame(bytes, 0, seed); found !== undefined; ) {
      if (found.synced > end) throw this.#corrupt(end, fault);
      found = findFrame(bytes, found.at + found.bytes, seed);
    }
    return bytes;
  }

  async #torn(offset: number, bytes: number): Promise<void> {
    await this.#options.beforeCut();
    this.#options.onReport?.({ kind: 'torn_tail', file: this.#file, offset, bytes });
  }

  #corrupt(offset: number, what: string): LocalError {
    return corrupt(this.#directory, this.#file, offset, what);
  }
}
