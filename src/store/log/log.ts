import { StreamError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';
import { Appender } from './appender.js';
import type { Request } from './batch.js';
import { Compactor } from './compactor.js';
import type { LogFs } from './fs.js';
import { GroupCommit } from './group-commit.js';
import type { Loaded } from './load.js';
import type { DirectoryLock } from './lock.js';
import type { LogReport } from './report.js';
import { Spares } from './spares.js';
import type { LogState } from './state.js';

/** For metrics. */
export interface LogStats {
  readonly entries: number;
  /** What a snapshot would take. */
  readonly liveBytes: number;
  /** What the files take. */
  readonly diskBytes: number;
  readonly queuedBytes: number;
  /** Frames written since the start. */
  readonly batches: number;
  /** Syncs waited for since the start. */
  readonly syncs: number;
  readonly compactions: number;
}

export interface LogOptions {
  readonly fs: LogFs;
  readonly directory: string;
  readonly durability: 'always' | 'interval';
  readonly saveIntervalMs: number;
  readonly maxQueuedBytes: number;
  readonly segmentBytes: number;
  readonly onReport: ((report: LogReport) => void) | undefined;
}

/** An open log: the state, and the parts that keep the disk true to it. */
export class Log {
  readonly directory: string;
  readonly fs: LogFs;
  readonly state: LogState;
  readonly #loaded: Loaded;
  readonly #lock: DirectoryLock;
  readonly #spares: Spares;
  readonly #appender: Appender;
  readonly #commits: GroupCommit;
  readonly #compactor: Compactor;
  readonly #listeners: ((health: StoreHealth) => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: LogOptions, loaded: Loaded, lock: DirectoryLock) {
    const { fs, directory, segmentBytes, maxQueuedBytes, onReport } = options;
    const { state, disk } = loaded;
    this.directory = directory;
    this.fs = fs;
    this.state = state;
    this.#loaded = loaded;
    this.#lock = lock;
    const onHealth = (health: StoreHealth): void => {
      for (const listener of this.#listeners) listener(health);
    };
    lock.onLost = ({ message }) => onHealth({ writable: false, reason: message });
    const spares = new Spares(fs, directory);
    this.#spares = spares;
    this.#appender = new Appender({ ...options, state, disk, spares, onHealth }, loaded.segment);
    const appender = this.#appender;
    this.#compactor = new Compactor({
      fs,
      directory,
      state,
      disk,
      spares,
      appender,
      minBytes: segmentBytes,
      onReport,
    });
    const onCommit = () => this.#compactor.consider();
    this.#commits = new GroupCommit({ appender, state, maxQueuedBytes, onCommit });
  }

  onHealth(listener: (health: StoreHealth) => void): void {
    this.#listeners.push(listener);
  }

  health(): StoreHealth {
    if (this.#closing !== undefined) return { writable: false, reason: 'the store is closed' };
    const { lost } = this.#lock;
    return lost === undefined ? this.#appender.health() : { writable: false, reason: lost.message };
  }

  /** See `LogStore.hurry`. */
  hurry(): void {
    this.#appender.hurry();
  }

  /** See `GroupCommit.submit`. @throws StreamError also `unavailable` once it is closed */
  submit(request: Request): Promise<boolean> {
    if (this.#closing !== undefined) throw new StreamError('unavailable', 'the store is closed');
    return this.#commits.submit(request);
  }

  stats(): LogStats {
    return {
      entries: this.state.size,
      liveBytes: this.state.liveBytes,
      diskBytes: this.#loaded.disk.bytes + this.#spares.bytes + this.#appender.size,
      queuedBytes: this.#commits.queuedBytes,
      batches: this.#commits.batches,
      syncs: this.#appender.syncs,
      compactions: this.#compactor.compactions,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#commits.idle();
      await this.#compactor.close();
      await this.#appender.close();
      await this.#spares.drop();
    } finally {
      await this.#lock[Symbol.asyncDispose]();
    }
  }
}
