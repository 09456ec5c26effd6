import { StreamError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';
import { fileName } from './directory.js';
import type { LogEntry } from './entry.js';
import { FrameBuilder } from './frame-builder.js';
import type { LogOptions } from './options.js';
import { Retry } from './retry.js';
import { cutSegment, type DiskUsage, type Extent, Segment } from './segment.js';
import { publishSnapshot, writeSnapshot } from './snapshot.js';
import type { Spares } from './spares.js';
import type { LogState } from './state.js';

/** What the parts of an open log share. */
export interface LogParts extends LogOptions {
  readonly state: LogState;
  readonly disk: DiskUsage;
  readonly spares: Spares;
}

/** A segment that failed, and what of it is on the device. */
interface Damaged {
  readonly number: number;
  readonly synced: Extent;
  /** Acknowledged with `interval`, and not on the device. */
  readonly ahead: boolean;
}

const WRITABLE: StoreHealth = { writable: true };

/**
 * Appends frames to the newest segment, one call at a time. After any error nothing is written to that file again:
 * the store is read-only until the file is cut back to what is on the device, verified, and a fresh segment begun.
 */
export class Appender {
  readonly #parts: LogParts;
  readonly #retry = new Retry(() => this.exclusive(() => this.#recover()));
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #frame = new FrameBuilder();
  #segment: Segment;
  #damaged: Damaged | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;
  health: StoreHealth = WRITABLE;
  /** Frames written. */
  frames = 0;
  /** Syncs that the log has waited for. */
  syncs = 0;

  constructor(parts: LogParts, segment: Segment) {
    this.#parts = parts;
    this.#segment = segment;
    if (parts.durability === 'interval') {
      // A failure shows in the health.
      const flush = () => void this.sync().catch(() => {});
      this.#timer = setInterval(flush, parts.saveIntervalMs).unref();
    }
  }

  /** Bytes written to the open segment. */
  get bytes(): number {
    return this.#segment.written.bytes;
  }

  /** Bytes that its file takes. */
  get size(): number {
    return this.#segment.size;
  }

  /**
   * Writes a frame and calls `durable` as soon as it is as safe as `durability` asks for; nothing else comes between.
   * @param synced as with `always`
   * @throws StreamError `read_only`; `invalid_input`, `limit`: nothing is written then
   */
  append(
    sets: readonly LogEntry[],
    deletes: readonly string[],
    durable: () => void,
    synced: boolean,
  ): Promise<void> {
    return this.exclusive(async () => {
      const frame = this.#frame;
      try {
        for (const entry of sets) {
          if (entry.writeTo === undefined) frame.set(entry.key, entry.value);
          else entry.writeTo(frame);
        }
        for (const key of deletes) frame.delete(key);
        await this.#guarded(synced ? this.#writeSynced : this.#write);
      } finally {
        frame.reset();
      }
      this.frames += 1;
      durable();
    });
  }

  readonly #write = async (): Promise<void> => {
    if (this.#segment.written.bytes >= this.#parts.segmentBytes) await this.#rotate();
    await this.#segment.append(this.#frame);
    if (this.#parts.durability === 'always') await this.#sync();
  };

  readonly #writeSynced = async (): Promise<void> => {
    await this.#write();
    if (this.#segment.synced !== this.#segment.written) await this.#sync();
  };

  /**
   * The name of a file of the log that was removed behind its back. It may be asked at any time, also while a write
   * waits for the result.
   */
  async findMissing(): Promise<string | undefined> {
    const segment = this.#segment;
    if (!(await segment.isLinked()) && segment === this.#segment) return fileName('segment', segment.number);
    const missing = await this.#missingNames();
    // A rotation or a compaction may have come between the two looks.
    const again = missing.length > 0 ? await this.#missingNames() : [];
    return missing.find((name) => again.includes(name));
  }

  async #missingNames(): Promise<string[]> {
    const { fs, directory, disk } = this.#parts;
    const names = new Set(await fs.readdir(directory));
    return disk.names.filter((name) => !names.has(name));
  }

  /** Begins a new segment; returns its number. Everything before it is on the device. */
  rotate(): Promise<number> {
    return this.exclusive(() => this.#guarded(() => this.#rotate()));
  }

  /** Resolves when everything appended is on the device. @throws StreamError `read_only` */
  sync(): Promise<void> {
    return this.exclusive(() =>
      this.#guarded(async () => {
        if (this.#segment.synced !== this.#segment.written) await this.#sync();
      }),
    );
  }

  /** Tries to recover now, if there is something to recover from. */
  hurry(): void {
    this.#retry.hurry();
  }

  /** Syncs and closes. @throws StreamError `read_only` when what was acknowledged with `interval` could not be synced */
  async close(): Promise<void> {
    this.#retry.stop();
    clearInterval(this.#timer);
    await this.exclusive(async () => {
      try {
        // If this fails, the next line knows what it costs.
        if (this.#damaged === undefined) await this.#guarded(() => this.#finish()).catch(() => {});
        if (this.#damaged?.ahead === true && !(await this.#recover())) this.#assertWritable();
      } finally {
        this.#closed = true;
        this.#retry.stop();
        await this.#segment.close();
      }
    });
  }

  #sync(): Promise<void> {
    this.syncs += 1;
    return this.#segment.sync();
  }

  /** Makes the open segment one that needs nothing any more. */
  async #finish(): Promise<void> {
    if (this.#segment.synced !== this.#segment.written) await this.#sync();
    await this.#segment.trim();
  }

  async #rotate(): Promise<number> {
    await this.#finish();
    return this.#begin(this.#segment.number + 1, this.#segment.written.bytes);
  }

  async #begin(number: number, closedBytes: number): Promise<number> {
    const { fs, directory, disk, spares } = this.#parts;
    const closed = this.#segment;
    this.#segment = await Segment.create(fs, directory, number, spares);
    disk.closed(closed.number, closedBytes);
    await closed.close();
    return number;
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    this.#assertWritable();
    try {
      return await work();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #assertWritable(): void {
    if (!this.health.writable) throw new StreamError('read_only', this.health.reason);
  }

  #fail(error: unknown): StreamError {
    const what = error instanceof Error ? error.message : String(error);
    const reason = `the store's disk failed: ${what}`;
    const { number, synced, written } = this.#segment;
    const ahead = this.#parts.durability === 'interval' && written !== synced;
    this.#damaged = { number, synced, ahead };
    this.#become({ writable: false, reason });
    this.#retry.start();
    return new StreamError('read_only', reason, { cause: error });
  }

  async #recover(): Promise<boolean> {
    const { fs, directory, disk, state } = this.#parts;
    const damaged = this.#damaged;
    if (damaged === undefined || this.#closed) return true;
    try {
      await this.#parts.spares.drop(); // It may have been for want of space.
      await cutSegment(fs, directory, damaged.number, damaged.synced);
      const next = damaged.number + 1;
      if (this.#segment.number === damaged.number) await this.#begin(next, damaged.synced.bytes);
      if (damaged.ahead) {
        const bytes = await writeSnapshot(fs, directory, next, state);
        await publishSnapshot(fs, directory, next);
        disk.snapshot(next, bytes);
      }
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.#become({ writable: false, reason: `the store's disk fails: ${what}` });
      return false;
    }
    this.#damaged = undefined;
    this.#become(WRITABLE);
    return true;
  }

  #become(health: StoreHealth): void {
    this.health = health;
    this.#parts.onHealth?.(health);
  }

  /** Lets writes wait while `work` runs. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(work);
    this.#tail = run.then(
      () => {},
      () => {},
    );
    return run;
  }
}
