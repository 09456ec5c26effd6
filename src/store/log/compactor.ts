import path from 'node:path';
import type { Appender, LogParts } from './appender.js';
import { listDirectory, temporaryName } from './directory.js';
import { publishSnapshot, writeSnapshot } from './snapshot.js';

/** Milliseconds after a failed compaction before the next. */
const PAUSE_AFTER_FAILURE = 10_000;
/** The log may take this many times what a snapshot of it would. */
const GROWTH = 2;

/** Replaces overwritten and deleted records by a snapshot while the store goes on. */
export class Compactor {
  readonly #parts: LogParts;
  readonly #appender: Appender;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #notBefore = 0;
  #compactions = 0;

  constructor(parts: LogParts, appender: Appender) {
    this.#parts = parts;
    this.#appender = appender;
  }

  /** Compactions finished so far. */
  get compactions(): number {
    return this.#compactions;
  }

  /** Starts a compaction if the log has outgrown what is alive. */
  consider(): void {
    const { disk, state, segmentBytes } = this.#parts;
    if (this.#running !== undefined || this.#abort.signal.aborted) return;
    const bytes = disk.bytes + this.#appender.bytes;
    if (bytes <= segmentBytes || bytes <= GROWTH * state.liveBytes) return;
    if (!this.#appender.health.writable || performance.now() < this.#notBefore) return;
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
      number = await this.#appender.rotate();
      await this.#compact(number);
      this.#compactions += 1;
    } catch (error) {
      this.#notBefore = performance.now() + PAUSE_AFTER_FAILURE;
      await this.#cleanUp(number);
      if (this.#abort.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#parts.onReport?.({ kind: 'compaction_failed', reason });
    }
  }

  async #compact(number: number): Promise<void> {
    const { fs, directory, state, disk, spares } = this.#parts;
    const bytes = await writeSnapshot(fs, directory, number, state, this.#abort.signal);
    // A snapshot must not be ahead of the log: the changes it shows are on the device before it counts.
    await this.#appender.sync();
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
    const { fs, directory, spares } = this.#parts;
    await fs.unlink(path.join(directory, temporaryName(number))).catch(() => {});
    // It may have been for want of space.
    await spares.drop();
  }
}
