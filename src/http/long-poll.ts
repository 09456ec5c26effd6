import type { Frames, Outlet } from '../delivery/port.js';

let lastId = 0;

/** A wait for the moment in which a cursor moves: the outlet of a subscription that is told nothing else. */
export class LongPoll implements Outlet {
  readonly id = `p${++lastId}`;
  readonly variant = 'poll';
  /** It keeps nothing. */
  readonly queuedBytes = 0;
  readonly #timer: NodeJS.Timeout;
  #ended: ((moved: boolean) => void) | undefined;

  /**
   * @param ms until it ends without a move
   * @param ended called once, or never after `cancel`
   */
  constructor(ms: number, ended: (moved: boolean) => void) {
    this.#ended = ended;
    this.#timer = setTimeout(() => this.end(false), ms);
  }

  write(frames: Frames): void {
    if (frames.length > 0) this.end(true);
  }

  paused(): void {}

  /** Ends the wait. */
  end(moved: boolean): void {
    const ended = this.#ended;
    this.cancel();
    ended?.(moved);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#ended = undefined;
  }
}
