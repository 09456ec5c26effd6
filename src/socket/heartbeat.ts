/** Something that is asked for a sign of life now and then. */
export interface Beating {
  /** Drops itself when there was no sign of life since the last beat, else asks for one. */
  beat(): void;
}

/** Parts of an interval: the pings of many sockets are spread over it instead of leaving in one burst. */
const PARTS = 16;

/** Beats everything in a set once per interval, with one timer. */
export class Heartbeat {
  readonly #all: ReadonlySet<Beating>;
  #timer: NodeJS.Timeout | undefined;
  #round: IterableIterator<Beating> | undefined;
  #part = 0;

  constructor(all: ReadonlySet<Beating>) {
    this.#all = all;
  }

  /** Starts, or goes on with another interval. */
  start(intervalMs: number): void {
    this.stop();
    this.#timer = setInterval(() => this.#tick(), intervalMs / PARTS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    if (this.#part === 0) this.#round ??= this.#all.values();
    this.#part = (this.#part + 1) % PARTS;
    // A set's iterator goes on over what is added and deleted meanwhile.
    for (let due = Math.ceil(this.#all.size / PARTS); due > 0 && this.#round !== undefined; due -= 1) {
      const { value, done } = this.#round.next();
      if (done) this.#round = undefined;
      else value.beat();
    }
  }
}
