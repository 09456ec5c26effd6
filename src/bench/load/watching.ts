import { MARK, readDigits } from '../wire/dialect.js';
import type { OnFrame } from '../wire/frame-counter.js';

const MARK_BYTES = Buffer.from(MARK);
/** Of so many frames one is looked into. */
const SAMPLE = 97;

/** Which change is written where: the nth goes to group `n % groups`, and its number is `n % ring`. */
export interface Plan {
  readonly groups: number;
  readonly ring: number;
  /** The group of each subscriber. */
  readonly groupOf: (subscriber: number) => number;
}

/** Who is sent messages. */
export interface Subscriber {
  /** Sets who sees each message; `onChunk` is called after those of one read. */
  listen(onFrame: OnFrame, onChunk: () => void): void;
}

/** Counts what subscribers get, and looks into a sample whether it is what had to come next. */
export class Watching {
  delivered = 0;
  #faults = 0;
  readonly #counts: number[];
  readonly #plan: Plan;

  /** @param onDelivered called after each read */
  constructor(subscribers: readonly Subscriber[], plan: Plan, onDelivered: () => void) {
    this.#plan = plan;
    this.#counts = subscribers.map(() => 0);
    subscribers.forEach((one, index) => {
      one.listen((chunk, start, end) => this.#frame(index, chunk, start, end), onDelivered);
    });
  }

  /** Throws when a message was lost, repeated or out of order. */
  check(changes: number): void {
    const { groups, groupOf } = this.#plan;
    const wrong = this.#counts.filter((count, index) => {
      const group = groupOf(index);
      return count !== Math.floor((changes - group + groups - 1) / groups);
    }).length;
    if (wrong === 0 && this.#faults === 0) return;
    throw new Error(`${wrong} subscribers got another number of messages, ${this.#faults} were out of order`);
  }

  #frame(index: number, chunk: Uint8Array, start: number, end: number): void {
    const count = this.#counts[index]!;
    this.#counts[index] = count + 1;
    this.delivered += 1;
    if (this.delivered % SAMPLE !== 0 || end === 0) return;
    const at = Buffer.from(chunk.buffer, chunk.byteOffset + start, end - start).indexOf(MARK_BYTES);
    const n = at === -1 ? -1 : readDigits(chunk, start + at + MARK_BYTES.length);
    const { groups, ring, groupOf } = this.#plan;
    if (n !== (groupOf(index) + count * groups) % ring) this.#faults += 1;
  }
}
