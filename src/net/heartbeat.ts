/** Something that is asked for a sign of life at every interval. */
export interface Beating {
  /** Drops itself when there was no sign of life since the last beat, else asks for one. */
  beat(): void;
}

/** Parts of an interval: what many beats cost is spread over it instead of coming in one burst. */
const PARTS = 32;
/** Milliseconds until the interval is looked up again while it is 0. */
const OFF_MS = 1_000;

/**
 * Beats each member once per interval, with one timer. A member keeps its part of the interval for its whole life, so
 * that neither how many there are, nor who comes and goes, moves its beats. Its first beat comes within one interval.
 */
export class Heartbeat {
  readonly #parts = Array.from({ length: PARTS }, () => new Set<Beating>());
  readonly #intervalMs: () => number;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param intervalMs looked up at each step; 0 = no beats for now */
  constructor(intervalMs: () => number) {
    this.#intervalMs = intervalMs;
  }

  /** The part with the fewest members takes it, however many come at once. */
  add(one: Beating): void {
    let least = this.#parts[0]!;
    for (const part of this.#parts) if (part.size < least.size) least = part;
    least.add(one);
    if (this.#timer === undefined) this.#schedule();
  }

  delete(one: Beating): void {
    for (const part of this.#parts) if (part.delete(one)) return;
  }

  /** Ends all beats, until another member is added. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const part of this.#parts) part.clear();
  }

  #schedule(): void {
    const interval = this.#intervalMs();
    // Counted from the end of a step: members that come late by a busy process get their whole interval to reply.
    this.#timer = setTimeout(
      () => this.#step(interval > 0),
      interval > 0 ? interval / PARTS : OFF_MS,
    ).unref();
  }

  #step(beats: boolean): void {
    if (beats) {
      for (const one of this.#parts[this.#next]!) one.beat();
      this.#next = (this.#next + 1) % PARTS;
    }
    // A beat may have closed the heartbeat.
    if (this.#timer !== undefined) this.#schedule();
  }
}
