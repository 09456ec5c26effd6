import path from 'node:path';
import type { Appender, LogParts } from './appender.js';
import { listDirectory, temporaryName } from './directory.js';
import { Room } from './room.js';
import { publishSnapshot, writeSnapshot } from './snapshot.js';

/** Milliseconds after a failed compaction before the next. */
const PAUSE_AFTER_FAILURE = 10_000;
/** The log may take this many times what a snapshot of it would. */
const GROWTH = 2;
/** Part of what is alive that a compaction has to bring where the device is nearly full, and bytes at least. */
const GAIN_PART = 8;
const LEAST_GAIN = 1_048_576;
/** Bytes alive up to which writes wait while a snapshot is written to a device that is nearly full: a second or so. */
const MOST_HELD = 268_435_456;

/** Replaces overwritten and deleted records by a snapshot while the store goes on. */
export class Compactor {
  readonly #parts: LogParts;
  readonly #appender: Appender;
  readonly #abort = new AbortController();
  readonly #room: Room;
  #running: Promise<void> | undefined;
  #notBefore = 0;
  #compactions = 0;

  constructor(parts: LogParts, appender: Appender) {
    this.#parts = parts;
    this.#appender = appender;
    this.#room = new Room(parts.freeBytes);
  }

  /** Compactions finished so far. */
  get compactions(): number {
    return this.#compactions;
  }

  /** Starts a compaction if the log has outgrown what is alive, or takes the room that a snapshot needs. */
  consider(): void {
    const { disk, state, segmentBytes } = this.#parts;
    if (this.#running !== undefined || this.#abort.signal.aborted) return;
    const { liveBytes } = state;
    const bytes = disk.bytes + this.#appender.bytes;
    const isGrown = bytes > segmentBytes && bytes > GROWTH * liveBytes;
    const gains = bytes - liveBytes > Math.max(LEAST_GAIN, liveBytes / GAIN_PART);
    if (!(this.#room.isTight(bytes, liveBytes) && gains) && !isGrown) return;
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
      await this.#makeRoom();
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

  /** Spares are the first to go; a snapshot that cannot fit would only take the room of the writes beside it. */
  async #makeRoom(): Promise<void> {
    const { spares, state, disk } = this.#parts;
    if (!this.#room.isTight(disk.bytes, state.liveBytes)) return;
    await spares.drop();
    await this.#room.measure(disk.bytes);
    if (!this.#room.fits(state.liveBytes)) {
      throw new Error(`the device has no room for a snapshot of ${state.liveBytes} bytes`);
    }
  }

  async #compact(number: number): Promise<void> {
    const { fs, directory, state, disk, spares } = this.#parts;
    const write = () => writeSnapshot(fs, directory, number, state, this.#abort.signal);
    // What would be written beside it could take the room that it needs.
    const holds = state.liveBytes <= MOST_HELD && this.#room.isTight(disk.bytes, state.liveBytes);
    const bytes = await (holds ? this.#appender.exclusive(write) : write());
    // A snapshot must not be ahead of the log: the changes it shows are on the device before it counts.
    await this.#appender.sync();
    await publishSnapshot(fs, directory, number);
    disk.snapshot(number, bytes);
    await this.#room.measure(disk.bytes);
    const isTight = this.#room.isTight(disk.bytes, state.liveBytes);
    const { obsolete } = await listDirectory(fs, directory);
    for (const { name, kind, number: old } of obsolete) {
      // With no more spares than that, all files together take what the log itself may.
      if (kind === 'segment' && !isTight) await spares.add(old, bytes);
      else await fs.unlink(path.join(directory, name));
    }
    await this.#room.measure(disk.bytes);
  }

  /** What cannot be removed now goes at the next start. */
  async #cleanUp(number: number): Promise<void> {
    const { fs, directory, spares } = this.#parts;
    await fs.unlink(path.join(directory, temporaryName(number))).catch(() => {});
    // It may have been for want of space.
    await spares.drop();
  }
}
