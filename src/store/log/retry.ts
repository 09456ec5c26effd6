/** Milliseconds before the first attempt to recover, and the most between two. */
const FIRST_DELAY = 250;
const LONGEST_DELAY = 10_000;
/** The most while somebody waits. */
const LONGEST_WAIT = 1_000;

/** Tries again and again, with growing pauses, until `attempt` succeeds or it is stopped. */
export class Retry {
  readonly #attempt: () => Promise<boolean>;
  readonly #now: () => number;
  #delay = FIRST_DELAY;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #last = 0;

  /**
   * @param attempt returns whether it succeeded; never rejects
   * @param now ms, of a clock that is never set back
   */
  constructor(attempt: () => Promise<boolean>, now: () => number = () => performance.now()) {
    this.#attempt = attempt;
    this.#now = now;
  }

  start(): void {
    clearTimeout(this.#timer);
    this.#delay = FIRST_DELAY;
    this.#last = this.#now();
    this.#schedule();
  }

  /** Somebody is waiting: tries now, unless it was tried within the pause, or within a second. */
  hurry(): void {
    const pause = Math.min(this.#delay, LONGEST_WAIT);
    if (this.#timer !== undefined && this.#now() - this.#last >= pause) void this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#run(), this.#delay).unref();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const timer = this.#timer;
    clearTimeout(timer);
    const done = await this.#attempt();
    this.#running = false;
    this.#last = this.#now();
    // Meanwhile it was stopped, or started for the next failure.
    if (this.#timer !== timer) return;
    if (done) return this.stop();
    this.#delay = Math.min(2 * this.#delay, LONGEST_DELAY);
    this.#schedule();
  }
}
