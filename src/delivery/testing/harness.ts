import type { UpdateOp } from '../../../generated/functions.js';
import type { Change, Cursor, CustomEvent, GroupAddress, Since, Snapshot } from '../../domain/change.js';
import type { LocalStore } from '../../store/local/local-store.js';
import type { Encoder, Encoders, Frames, Outlet, Source, Variant } from '../port.js';

/** A seeded generator, so that a failing round can be run again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export const encodeLines: Encoder = (messages) =>
  Buffer.from(messages.map(({ text }) => `${text}\n`).join(''));

/** A second way to encode, as another transport brings. */
export const OTHER = 'other' as Variant;

/** Whatever the variant is, it is encoded as lines; with `other` put in the place of some. */
export const encodersOf = (other: Readonly<Record<string, Encoder>> = {}): Encoders =>
  ({ ws: encodeLines, sse: encodeLines, poll: encodeLines, other: encodeLines, ...other }) satisfies Record<
    string,
    Encoder
  > as Encoders;

/** A socket message as a client reads it. */
export interface Message {
  /** Absent: it is one of ops. */
  readonly type?: string;
  readonly n?: number;
  readonly subscriptionId?: string;
  readonly from?: number;
  readonly ops?: readonly UpdateOp[];
  readonly id?: string | null;
  readonly seq?: number;
  readonly epoch?: string;
  readonly timestamp?: number;
  readonly count?: number;
  readonly mode?: string;
  readonly reason?: string;
  readonly event?: {
    readonly type: string;
    readonly data?: unknown;
    readonly more?: boolean;
    readonly event?: { readonly data: unknown };
  };
}

/** An outlet that holds bytes until they are taken, and a client that reads them. */
export class FakeOutlet implements Outlet {
  readonly id: string;
  readonly variant: Variant;
  readonly messages: Message[] = [];
  queuedBytes = 0;
  pausedCalls = 0;
  #held: Frames[] = [];
  /** True: the client reads at once. */
  reading = true;

  constructor(id: string, variant: Variant = 'ws') {
    this.id = id;
    this.variant = variant;
  }

  write(frames: Frames): void {
    this.#held.push(frames);
    this.queuedBytes += frames.byteLength;
    if (this.reading) this.take();
  }

  paused(): void {
    this.pausedCalls++;
  }

  /** The client reads everything that is queued. */
  take(): void {
    for (const frames of this.#held.splice(0)) {
      for (const line of Buffer.from(frames).toString().split('\n')) {
        if (line !== '') this.messages.push(JSON.parse(line) as Message);
      }
    }
    this.queuedBytes = 0;
  }
}

/**
 * A source whose replies and feed travel with delays, like a store behind a network. Messages of the feed keep their
 * order; `lose` drops what is on its way.
 */
export class LaggedStore implements Source {
  readonly #store: LocalStore;
  readonly #random: () => number;
  readonly #maxDelay: number;
  #feed: { item: Change | CustomEvent; steps: number }[] = [];
  #replies: { steps: number; run: () => void }[] = [];
  deliver: (item: Change | CustomEvent) => void = () => {};
  failing = false;

  constructor(store: LocalStore, rand: () => number, maxDelay: number) {
    this.#store = store;
    this.#random = rand;
    this.#maxDelay = maxDelay;
  }

  push(item: Change | CustomEvent): void {
    this.#feed.push({ item, steps: this.#delay() });
  }

  snapshot(group: GroupAddress): Promise<Snapshot> {
    return this.#reply(() => this.#store.snapshot(group));
  }

  changesSince(group: GroupAddress, cursor: Cursor): Promise<Since> {
    return this.#reply(() => this.#store.changesSince(group, cursor));
  }

  watch(): void {}
  unwatch(): void {}

  lose(): void {
    this.#feed = [];
  }

  get quiet(): boolean {
    return this.#feed.length + this.#replies.length === 0;
  }

  /** One step of time. */
  step(): void {
    for (const entry of this.#feed) entry.steps--;
    while (this.#feed[0] !== undefined && this.#feed[0].steps <= 0) {
      this.deliver((this.#feed.shift() as { item: Change }).item);
    }
    const due = this.#replies.filter((reply) => --reply.steps <= 0);
    this.#replies = this.#replies.filter((reply) => reply.steps > 0);
    for (const reply of due) reply.run();
  }

  /** The question reaches the store after a while, and its reply the asker after another. */
  #reply<T>(ask: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const arrive = () => {
        if (this.failing) {
          reject(new Error('unavailable'));
          return;
        }
        const value = ask();
        this.#replies.push({ steps: this.#delay(), run: () => resolve(value) });
      };
      this.#replies.push({ steps: this.#delay(), run: arrive });
    });
  }

  #delay(): number {
    return Math.floor(this.#random() * this.#maxDelay);
  }
}
