import { messageOf } from '../../domain/errors.js';
import { Retry } from '../log/retry.js';
import type { StoreHealth } from '../port.js';
import { WRITE_DEADLINE, within } from './deadline.js';

/**
 * Whether a backend takes writes. One that failed a write is asked at once: if it keeps a probe, the fault was in what
 * was written; if not, it takes no writes until it does. Asked again after 0.25 s, then at growing pauses up to 10 s, of a second at most while somebody waits.
 */
export class Outage {
  readonly #probe: () => Promise<unknown>;
  readonly #retry = new Retry(() => this.#attempt());
  #reason: string | undefined;
  #asking = false;
  #late: Promise<void> | undefined;
  #stopped = false;

  /** @param probe writes something that is no record; rejects when it is not kept */
  constructor(probe: () => Promise<unknown>) {
    this.#probe = probe;
  }

  health(): StoreHealth {
    return this.#reason === undefined ? { writable: true } : { writable: false, reason: this.#reason };
  }

  /**
   * A write failed.
   * @param over settles when it is over, if it is not yet: until then nothing else is written, on which it could land
   */
  failed(over?: Promise<void>): void {
    if (over === undefined) {
      if (!this.#asking && this.#late === undefined) void this.#ask();
      return;
    }
    this.#reason = 'the store could not write: the database does not reply';
    this.#late = over;
    void over.then(() => {
      this.#late = undefined;
      if (!this.#stopped) void this.#ask();
    });
  }

  /** Somebody asks to write. */
  hurry(): void {
    this.#retry.hurry();
  }

  stop(): void {
    this.#stopped = true;
    this.#retry.stop();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    const works = await this.#attempt();
    this.#asking = false;
    if (works) this.#retry.stop();
    else if (!this.#stopped) this.#retry.start();
  }

  async #attempt(): Promise<boolean> {
    try {
      await within(WRITE_DEADLINE, this.#probe());
      this.#reason = undefined;
      return true;
    } catch (error) {
      this.#reason = `the store could not write: ${messageOf(error)}`;
      return false;
    }
  }
}
