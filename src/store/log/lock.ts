import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { LocalError } from '../../domain/errors.js';
import { LOCK_NAME, unwritable } from './directory.js';
import { type LogFile, type LogFs, readFully, withFile } from './fs.js';
import { type Created, writeContent } from './lock-content.js';
import { DURABILITIES, type Durability } from './options.js';
import { isAlive, ownIdentity, type ProcessIdentity, parseIdentity } from './process-identity.js';

/** Milliseconds between two signs of life in the lock's modification time. */
const HEARTBEAT = 1000;
/** Without a sign of life for this long a process that cannot be seen from here counts as gone (ms). */
const SILENCE = 5 * HEARTBEAT;
const MAX_BYTES = 4096;

/** Without a sign of life of its own for this long a process looks first before it writes (ms). */
const DOUBT = 3 * HEARTBEAT;

/** What is known of a process that ended without giving its lock back. */
export interface Predecessor {
  /** What it acknowledged writes by; undefined where its lock does not tell. */
  readonly durability: Durability | undefined;
  /** The machine was not started again since, so that all it wrote is there. */
  readonly isSameBoot: boolean;
}

export interface LockOptions {
  readonly durability: Durability;
  /** @default of this process */
  readonly identity?: ProcessIdentity | undefined;
  /** Told before the lock of a process that is gone is taken away. */
  onStale(predecessor: Predecessor): Promise<void>;
}

/**
 * Keeps a second process out of the store's directory. A process that stood still for too long is taken for gone by
 * one that cannot see it; when it goes on it finds its lock lost, and writes nothing any more (`confirm`).
 */
export class DirectoryLock implements AsyncDisposable {
  readonly #fs: LogFs;
  readonly #path: string;
  readonly #file: LogFile;
  readonly #content: Buffer;
  /** False while the disk is too full to say who holds the lock. */
  #isWritten: boolean;
  readonly #timer: NodeJS.Timeout;
  #sign = now();
  #beating: Promise<void> | undefined;
  #lost: LocalError | undefined;
  /** Told once when the lock is found lost. */
  onLost: ((error: LocalError) => void) | undefined;
  /** Looks with each beat whether what the lock keeps is there; resolves with the name of what is not. */
  findMissing: (() => Promise<string | undefined>) | undefined;
  /** Whose lock this one replaced: a process that did not end cleanly. */
  readonly predecessor: Predecessor | undefined;

  private constructor(
    fs: LogFs,
    lockPath: string,
    { file, isWritten }: Created,
    content: Buffer,
    predecessor: Predecessor | undefined,
  ) {
    this.predecessor = predecessor;
    this.#isWritten = isWritten;
    this.#fs = fs;
    this.#path = lockPath;
    this.#file = file;
    this.#content = content;
    // A beat that fails makes the next write look for itself.
    this.#timer = setInterval(() => void this.#beat().catch(() => {}), HEARTBEAT).unref();
  }

  /**
   * Takes the lock, also one whose process is gone.
   * @throws LocalError `store_locked`, `store_unwritable`
   */
  static async acquire(
    fs: LogFs,
    directory: string,
    { durability, identity, onStale }: LockOptions,
  ): Promise<DirectoryLock> {
    const lockPath = path.join(directory, LOCK_NAME);
    const own = identity ?? (await ownIdentity());
    const content = Buffer.from(`${JSON.stringify({ ...own, durability, token: randomUUID() })}\n`);
    let predecessor: Predecessor | undefined;
    for (;;) {
      const created = await create(fs, directory, lockPath, content);
      if (created !== undefined) return new DirectoryLock(fs, lockPath, created, content, predecessor);
      const holder = await readLock(fs, lockPath);
      if (holder === undefined) continue;
      if (await isHeld(fs, lockPath, holder, own)) throw locked(directory, holder);
      predecessor = predecessorOf(holder, own);
      await onStale(predecessor);
      await takeAway(fs, directory, lockPath, holder);
    }
  }

  /** Why this process may not write any more; undefined while it may. */
  get lost(): LocalError | undefined {
    return this.#lost;
  }

  /**
   * Undefined when the lock is held for sure; else resolves once that is certain again.
   * @throws LocalError `store_locked` when it is lost, or why that cannot be seen
   */
  confirm(): Promise<void> | undefined {
    if (this.#lost !== undefined) throw this.#lost;
    const { wall, steady } = now();
    // Either clock may stand still: one while the machine sleeps, the other when it is set back.
    const silence = Math.max(wall - this.#sign.wall, steady - this.#sign.steady);
    return silence < DOUBT ? undefined : this.#beat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating?.catch(() => {});
    await this.#file.close();
    if (this.#lost !== undefined || !(await this.#isOurs())) return;
    await this.#fs.unlink(this.#path);
    // Or a lock that comes back with the power would tell of an end that was not clean.
    await this.#fs.syncDirectory(path.dirname(this.#path));
  }

  /** Looks whether the lock is still this process's, and shows that it lives. */
  #beat(): Promise<void> {
    this.#beating ??= this.#look().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async #look(): Promise<void> {
    const sign = now();
    this.#lost ??= await this.#findLoss();
    if (this.#lost !== undefined) {
      this.onLost?.(this.#lost);
      this.onLost = undefined;
      throw this.#lost;
    }
    this.#isWritten = (await writeContent(this.#file, this.#content)) || this.#isWritten;
    this.#sign = sign;
  }

  async #findLoss(): Promise<LocalError | undefined> {
    const directory = path.dirname(this.#path);
    const ends = 'nothing is written any more';
    if (!(await this.#isOurs())) {
      const what = 'was taken over by another process, or its lock was removed';
      return new LocalError('store_locked', `${directory} ${what}: ${ends}`);
    }
    const missing = await this.findMissing?.();
    if (missing === undefined) return undefined;
    const what = `${path.join(directory, missing)} was removed under the running store`;
    return new LocalError('store_unwritable', `${what}: ${ends}`);
  }

  async #isOurs(): Promise<boolean> {
    const held = await readLock(this.#fs, this.#path);
    if (this.#isWritten) return held?.text === this.#content.toString();
    // Whoever takes it over moves it away first.
    return held?.text === '' && (await this.#file.stat()).nlink > 0;
  }
}

const now = () => ({ wall: Date.now(), steady: performance.now() });

interface Holder {
  readonly text: string;
  readonly identity: (ProcessIdentity & { readonly durability?: unknown }) | undefined;
  readonly mtimeMs: number;
}

function predecessorOf({ identity }: Holder, own: ProcessIdentity): Predecessor {
  const durability = DURABILITIES.find((one) => one === identity?.durability);
  return { durability, isSameBoot: own.boot !== '' && identity?.boot === own.boot };
}

async function create(
  fs: LogFs,
  directory: string,
  lockPath: string,
  content: Buffer,
): Promise<Created | undefined> {
  let file: LogFile | undefined;
  try {
    file = await fs.open(lockPath, 'wx');
    const isWritten = await writeContent(file, content);
    // What a crash of the machine leaves of it tells the next start whether anything can be lost.
    await file.datasync();
    await fs.syncDirectory(directory);
    return { file, isWritten };
  } catch (error) {
    if (file === undefined && (error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    await file?.close();
    if (file !== undefined) await fs.unlink(lockPath);
    throw unwritable(directory, error);
  }
}

/** Undefined when the lock is gone. */
async function readLock(fs: LogFs, lockPath: string): Promise<Holder | undefined> {
  try {
    return await withFile(fs, lockPath, 'r', async (file) => {
      const { mtimeMs } = await file.stat();
      const buffer = Buffer.alloc(MAX_BYTES);
      const text = buffer.toString('utf8', 0, await readFully(file, buffer, 0));
      return { text, identity: parseIdentity(text), mtimeMs };
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isHeld(fs: LogFs, lockPath: string, holder: Holder, own: ProcessIdentity): Promise<boolean> {
  const alive = holder.identity && (await isAlive(holder.identity, own));
  if (alive !== undefined) return alive;
  // Somebody else's clock may have stamped the file: look for at least one beat, whatever its age seems to be.
  const silence = Date.now() - holder.mtimeMs;
  await wait(Math.min(SILENCE, Math.max(1.5 * HEARTBEAT, SILENCE - silence)));
  const later = await readLock(fs, lockPath);
  return later !== undefined && (later.text !== holder.text || later.mtimeMs !== holder.mtimeMs);
}

/** Two processes may find the same stale lock: only the one that moves it away goes on, and it looks what it moved. */
async function takeAway(fs: LogFs, directory: string, lockPath: string, stale: Holder): Promise<void> {
  const aside = `${lockPath}.${randomUUID()}`;
  try {
    await fs.rename(lockPath, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw unwritable(directory, error);
  }
  const moved = await readLock(fs, aside);
  if (moved?.text !== stale.text) {
    await fs.link(aside, lockPath);
    await fs.unlink(aside);
    throw locked(directory, moved ?? stale);
  }
  await fs.unlink(aside);
}

const locked = (directory: string, { identity }: Holder): LocalError =>
  new LocalError(
    'store_locked',
    `${directory} is in use by process ${identity?.pid ?? '(unknown)'}: stop it, or name another directory.`,
  );
