import type { Frames, Outlet } from '../delivery/port.js';

/** What ended a wait. */
export type PollEnd = 'moved' | 'timeout' | 'closing';

let lastId = 0;

/** A wait for the moment in which a cursor moves: the outlet of a subscription that is told nothing else. */
export class LongPoll implements Outlet {
  readonly id = `p${++lastId}`;
  readonly variant = 'poll';
  /** It keeps nothing. */
  readonly queuedBytes = 0;
  readonly #timer: NodeJS.Timeout;
  #ended: ((how: PollEnd) => void) | undefined;

  /**
   * @param ms until it ends by itself
   * @param ended called once, or never after `cancel`
   */
  constructor(ms: number, ended: (how: PollEnd) => void) {
    this.#ended = ended;
    this.#timer = setTimeout(() => this.end('timeout'), ms);
  }

  write(frames: Frames): void {
    if (frames.length > 0) this.end('moved');
  }

  paused(): void {}

  /** Ends the wait. */
  end(how: PollEnd): void {
    const ended = this.#ended;
    this.cancel();
    ended?.(how);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#ended = undefined;
  }
}
