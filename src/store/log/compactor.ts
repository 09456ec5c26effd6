import path from 'node:path';
import type { Appender } from './appender.js';
import { listDirectory, temporaryName } from './directory.js';
import type { LogFs } from './fs.js';
import type { LogReport } from './report.js';
import type { DiskUsage } from './segment.js';
import { publishSnapshot, writeSnapshot } from './snapshot.js';
import type { Spares } from './spares.js';
import type { LogState } from './state.js';

/** Milliseconds after a failed compaction before the next. */
const PAUSE_AFTER_FAILURE = 10_000;
/** The log may take this many times what a snapshot of it would. */
const GROWTH = 2;

export interface CompactorOptions {
  readonly fs: LogFs;
  readonly directory: string;
  readonly state: LogState;
  readonly disk: DiskUsage;
  readonly spares: Spares;
  readonly appender: Appender;
  /** A store below this size is left alone. */
  readonly minBytes: number;
  readonly onReport: ((report: LogReport) => void) | undefined;
}

/** Replaces overwritten and deleted records by a snapshot while the store goes on. */
export class Compactor {
  readonly #options: CompactorOptions;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #notBefore = 0;
  #compactions = 0;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  /** Compactions finished so far. */
  get compactions(): number {
    return this.#compactions;
  }

  /** Starts a compaction if the log has outgrown what is alive. */
  consider(): void {
    const { disk, appender, state, minBytes } = this.#options;
    if (this.#running !== undefined || this.#abort.signal.aborted) return;
    const bytes = disk.bytes + appender.bytes;
    if (bytes <= minBytes || bytes <= GROWTH * state.liveBytes) return;
    if (!appender.health.writable || performance.now() < this.#notBefore) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Gives up a running compaction: nothing is lost by it. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let number = 0;
    try {
      number = await this.#options.appender.rotate();
      await this.#compact(number);
      this.#compactions += 1;
    } catch (error) {
      this.#notBefore = performance.now() + PAUSE_AFTER_FAILURE;
      await this.#cleanUp(number);
      if (this.#abort.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onReport?.({ kind: 'compaction_failed', reason });
    }
  }

  async #compact(number: number): Promise<void> {
    const { fs, directory, state, disk, spares, appender } = this.#options;
    const bytes = await writeSnapshot(fs, directory, number, state, this.#abort.signal);
    // A snapshot must not be ahead of the log: the changes it shows are on the device before it counts.
    await appender.sync();
    await publishSnapshot(fs, directory, number);
    disk.snapshot(number, bytes);
    const { obsolete } = await listDirectory(fs, directory);
    for (const { name, kind, number: old } of obsolete) {
      // With no more spares than that, all files together take what the log itself may.
      if (kind === 'segment') await spares.add(old, bytes);
      else await fs.unlink(path.join(directory, name));
    }
  }

  /** What cannot be removed now goes at the next start. */
  async #cleanUp(number: number): Promise<void> {
    const { fs, directory, spares } = this.#options;
    await fs.unlink(path.join(directory, temporaryName(number))).catch(() => {});
    // It may have been for want of space.
    await spares.drop();
  }
}
