import { StreamError } from '../../domain/errors.js';
import type { Appender } from './appender.js';
import { Batch, type Request } from './batch.js';
import { isSelfWriting, type LogEntry } from './entry.js';
import type { LogState } from './state.js';

/** A batch that is this large is closed: the next request begins another frame. */
const BATCH_BYTES = 16 * 1024 * 1024;
/** Buffers that are kept for the next batches: one is filled while the other is written. */
const SPARE = 2;

export interface GroupCommitOptions {
  readonly appender: Appender;
  readonly state: LogState;
  /** Bytes that may wait for the disk. */
  readonly maxQueuedBytes: number;
  /** A batch was committed, or failed. */
  readonly onCommit: () => void;
}

/** Everything asked while one frame is on its way to the disk goes into the next one: no timer, no waiting when idle. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Batch[] = [];
  #spare: Batch[] = [];
  #running = false;
  #scheduled = false;
  #queuedBytes = 0;
  #batches = 0;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Encoded bytes that wait, the running write included. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Frames written so far. */
  get batches(): number {
    return this.#batches;
  }

  /**
   * Resolves when the request is durable: true, or for a deletion whether something was there.
   * @throws StreamError `overloaded`, `read_only`, `invalid_input`, `limit`
   */
  submit(request: Request): Promise<boolean> {
    const { appender, maxQueuedBytes } = this.#options;
    const health = appender.health();
    if (!health.writable) {
      appender.hurry();
      throw new StreamError('read_only', health.reason);
    }
    if (this.#queuedBytes > 0 && this.#queuedBytes + size(request) > maxQueuedBytes) {
      throw new StreamError('overloaded', `more than ${maxQueuedBytes} bytes of writes wait for the disk`);
    }
    const batch = this.#open();
    const before = batch.bytes;
    try {
      return batch.add(request);
    } finally {
      this.#queuedBytes += batch.bytes - before;
      if (batch.bytes > 0) this.#schedule();
      else this.#waiting.pop();
    }
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (this.#queuedBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #open(): Batch {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.bytes < BATCH_BYTES) return last;
    const batch = this.#spare.pop() ?? new Batch();
    this.#waiting.push(batch);
    return batch;
  }

  /** After the promises of this tick: callers that were just answered ask again in the same batch. */
  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    process.nextTick(() => {
      this.#scheduled = false;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const batch = this.#waiting.shift();
    if (batch === undefined) return;
    this.#running = true;
    const { appender, state, onCommit } = this.#options;
    const { bytes } = batch;
    try {
      await appender.append(batch.frame, () => {
        this.#queuedBytes -= bytes;
        this.#batches += 1;
        batch.settle(state);
      });
    } catch (error) {
      // What waits was asked on top of what failed.
      for (const fallen of [batch, ...this.#waiting.splice(0)]) {
        this.#queuedBytes -= fallen.bytes;
        fallen.reject(error as Error);
      }
    }
    this.#running = false;
    if (this.#spare.length < SPARE) this.#spare.push(batch);
    onCommit();
    if (this.#waiting.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** At least one byte per unit, so a lower bound. */
function size(request: Request): number {
  switch (request.kind) {
    case 'set':
      return request.entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    case 'delete':
      return request.keys.reduce((sum, key) => sum + key.length, 0);
    case 'clear':
      return request.prefix.length;
  }
}

const sizeOf = (entry: LogEntry): number =>
  isSelfWriting(entry) ? entry.bytes : entry.key.length + entry.value.length;
