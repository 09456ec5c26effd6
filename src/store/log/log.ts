import { StreamError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';
import { Appender } from './appender.js';
import { backupLog } from './backup.js';
import { Compactor } from './compactor.js';
import type { LogEntry } from './entry.js';
import type { LogFs } from './fs.js';
import type { Loaded } from './load.js';
import type { DirectoryLock } from './lock.js';
import type { LogReport } from './report.js';
import { Spares } from './spares.js';

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

export interface LogOptions {
  readonly fs: LogFs;
  readonly directory: string;
  readonly durability: 'always' | 'interval';
  readonly saveIntervalMs: number;
  readonly segmentBytes: number;
  readonly onReport?: ((report: LogReport) => void) | undefined;
  /** Told when writes begin to fail and when they work again. */
  readonly onHealth?: ((health: StoreHealth) => void) | undefined;
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
  #closing: Promise<void> | undefined;

  constructor(options: LogOptions, loaded: Loaded, lock: DirectoryLock) {
    const { fs, directory, segmentBytes, onHealth = () => {}, onReport } = options;
    const { state, disk, segment } = loaded;
    this.#fs = fs;
    this.#directory = directory;
    this.#loaded = loaded;
    this.#lock = lock;
    lock.onLost = ({ message }) => onHealth({ writable: false, reason: message });
    const spares = new Spares(fs, directory);
    const appender = new Appender({ ...options, state, disk, spares, onHealth }, segment);
    const minBytes = segmentBytes;
    this.#spares = spares;
    this.#appender = appender;
    this.#compactor = new Compactor({ fs, directory, state, disk, spares, appender, minBytes, onReport });
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
   * @throws StreamError `read_only`, `unavailable` once it is closed, `invalid_input`, `limit`
   */
  async write(sets: readonly LogEntry[], deletes: readonly string[], durable: () => void): Promise<void> {
    if (this.#closing !== undefined) throw new StreamError('unavailable', 'the store is closed');
    await this.#appender.append(sets, deletes, durable);
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
