import { LocalError, StreamError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';
import { Appender } from './appender.js';
import { backupLog } from './backup.js';
import { Compactor } from './compactor.js';
import { listDirectory, MARKER, makeDirectory, unwritable } from './directory.js';
import type { LogEntry } from './entry.js';
import { fenced, type LogFs, nodeFs } from './fs.js';
import { type Loaded, type LoadOptions, loadLog } from './load.js';
import { DirectoryLock, type Predecessor } from './lock.js';
import { addMarker, hasMarker, refuseUnfinished, removeMarker } from './markers.js';
import type { LogOptions } from './options.js';
import type { ProcessIdentity } from './process-identity.js';
import { salvage } from './salvage.js';
import { Spares } from './spares.js';
import type { LogState } from './state.js';
import { refuseNewer } from './version.js';

/** For metrics. */
export interface LogStats {
  readonly entries: number;
  /** What a snapshot would take. */
  readonly liveBytes: number;
  /** What the files take. */
  readonly diskBytes: number;
  /** Frames written since the start. */
  readonly frames: number;
  /** Syncs waited for since the start. */
  readonly syncs: number;
  readonly compactions: number;
}

/** What `openLog` is given; what has a default may be left out. */
export interface OpenLogOptions
  extends Omit<LogOptions, 'fs' | 'segmentBytes'>,
    Partial<Pick<LogOptions, 'fs' | 'segmentBytes'>> {
  /** Empty; holds what the log says. */
  readonly state: LogState;
  /** Rebuild a damaged store from what is readable of it. @default false */
  readonly repair?: boolean;
  /** Who opens it. @default this process */
  readonly identity?: ProcessIdentity;
}

/** An open log: the parts that keep the disk true to a state. */
export class Log implements AsyncDisposable {
  readonly #fs: LogFs;
  readonly #directory: string;
  readonly #loaded: Loaded;
  readonly #lock: DirectoryLock;
  readonly #spares: Spares;
  readonly #appender: Appender;
  readonly #compactor: Compactor;
  /** Acknowledged changes may be missing from what was read. Stays so over restarts until `settle`. */
  readonly mayHaveLost: boolean;
  #closing: Promise<void> | undefined;

  constructor(options: LogOptions, loaded: Loaded, lock: DirectoryLock, mayHaveLost: boolean) {
    this.mayHaveLost = mayHaveLost;
    const { fs, directory, onHealth } = options;
    this.#fs = fs;
    this.#directory = directory;
    this.#loaded = loaded;
    this.#lock = lock;
    lock.onLost = ({ message }) => onHealth?.({ writable: false, reason: message });
    this.#spares = new Spares(fs, directory);
    const parts = { ...options, ...loaded, spares: this.#spares };
    this.#appender = new Appender(parts, loaded.segment);
    this.#compactor = new Compactor(parts, this.#appender);
    lock.findMissing = () => this.#appender.findMissing();
  }

  /** Whether writes can succeed now. */
  health(): StoreHealth {
    if (this.#closing !== undefined) return { writable: false, reason: 'the store is closed' };
    const { lost } = this.#lock;
    return lost === undefined ? this.#appender.health : { writable: false, reason: lost.message };
  }

  /** Somebody wants to write: tries to recover from a failure now, unless that was just tried. */
  hurry(): void {
    this.#appender.hurry();
  }

  /**
   * Writes one frame: `sets`, then `deletes`; it takes effect as a whole or not at all. Calls `durable`, which applies it
   * to the state, as soon as it is as safe as `durability` asks for. Never calls it where it rejects.
   * @param synced as with `always`. @default false
   * @throws StreamError `read_only`, `unavailable` once it is closed, `invalid_input`, `limit`
   */
  async write(
    sets: readonly LogEntry[],
    deletes: readonly string[],
    durable: () => void,
    synced = false,
  ): Promise<void> {
    if (this.#closing !== undefined) throw new StreamError('unavailable', 'the store is closed');
    await this.#appender.append(sets, deletes, durable, synced);
    this.#compactor.consider();
  }

  stats(): LogStats {
    const { state, disk } = this.#loaded;
    return {
      entries: state.size,
      liveBytes: state.liveBytes,
      diskBytes: disk.bytes + this.#spares.bytes + this.#appender.size,
      frames: this.#appender.frames,
      syncs: this.#appender.syncs,
      compactions: this.#compactor.compactions,
    };
  }

  /** What may have been lost is taken into account, durably: the next start need not do it again. */
  settle(): Promise<void> {
    return removeMarker(this.#fs, this.#directory, MARKER.LOSS);
  }

  /** Copies the log as it is into an empty directory; open that directory to restore it. @throws LocalError `backup_failed` */
  backup(directory: string): Promise<void> {
    return backupLog(this.#directory, directory, this.#fs);
  }

  /** Waits for the write that runs, syncs, and gives the directory free. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#compactor.close();
      await this.#appender.close();
      await this.#spares.drop();
    } finally {
      await this.#lock[Symbol.asyncDispose]();
    }
  }
}

/**
 * Opens the log in `directory`, or begins one there.
 * @throws LocalError `store_unwritable`, `store_foreign`, `store_locked`, `store_format`, `store_corrupt`, `store_unfinished`
 */
export async function openLog(options: OpenLogOptions): Promise<Log> {
  const { directory, fs = nodeFs, segmentBytes = 16 * 1024 * 1024, repair, durability, identity } = options;
  try {
    await makeDirectory(fs, directory);
    // Before the lock is written into somebody else's directory.
    await refuseNewer(fs, directory, await listDirectory(fs, directory));
    if (repair !== true) await refuseUnfinished(fs, directory);
    const onStale = async (predecessor: Predecessor): Promise<void> => {
      if (!isHarmless(predecessor)) await addMarker(fs, directory, MARKER.LOSS);
    };
    const lock = await DirectoryLock.acquire(fs, directory, { durability, identity, onStale });
    try {
      const own = fenced(fs, lock);
      const loaded = await load(own, options, lock.predecessor);
      const mayHaveLost = await hasMarker(own, directory, MARKER.LOSS);
      return new Log({ ...options, fs: own, segmentBytes }, loaded, lock, mayHaveLost);
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    if (error instanceof LocalError || error instanceof StreamError) throw error;
    throw unwritable(directory, error);
  }
}

/** Every write that it acknowledged is there: it waited for the device, or the system has what it wrote. */
const isHarmless = ({ durability, isSameBoot }: Predecessor): boolean =>
  durability === 'always' || isSameBoot;

/** @param predecessor of which a torn tail may be; undefined when nobody knows whose it is */
async function load(
  fs: LogFs,
  options: OpenLogOptions,
  predecessor: Predecessor | undefined,
): Promise<Loaded> {
  const { directory, repair } = options;
  const addLoss = (): Promise<void> => addMarker(fs, directory, MARKER.LOSS);
  const beforeCut = async (): Promise<void> => {
    if (predecessor === undefined || !isHarmless(predecessor)) await addLoss();
  };
  // It outlives a repair that is cut off.
  if (repair === true) await addLoss();
  const loading = { ...options, beforeCut };
  const loaded = await loadOrSalvage(fs, loading, repair === true);
  await removeMarker(fs, directory, MARKER.UNFINISHED);
  return loaded;
}

async function loadOrSalvage(fs: LogFs, options: LoadOptions, repair: boolean): Promise<Loaded> {
  try {
    return await loadLog(fs, options);
  } catch (error) {
    const damaged = error instanceof LocalError && error.code === 'store_corrupt';
    if (!damaged || !repair) throw error;
    options.onReport?.(await salvage(fs, options.directory, error.message, options.patched));
    options.state.replay.clear('');
    return await loadLog(fs, options);
  }
}
