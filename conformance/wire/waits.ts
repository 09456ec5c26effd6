/** Something that a case waits for now. */
export interface Wait {
  /** Completes the sentence "waited for …". */
  readonly what: string;
  /** What the target has to offer for it to come: the same for every wait that one missing feature leaves hanging. */
  readonly need: string;
}

/** What one case waits for now. */
export class Waits {
  readonly #waits = new Set<Wait>();
  readonly #onArrival: (need: string) => void;
  #isOver = false;

  /** @param onArrival called with the need of every wait that ended with what it waited for */
  constructor(onArrival: (need: string) => void = () => {}) {
    this.#onArrival = onArrival;
  }

  /** Waits for a promise, visibly. @param need @default `what` without its numbers */
  async for<T>(what: string, promise: Promise<T>, need = needOf(what)): Promise<T> {
    if (this.#isOver) return new Promise(() => {});
    const wait: Wait = { what, need };
    this.#waits.add(wait);
    try {
      const arrived = await promise;
      this.#onArrival(need);
      return arrived;
    } finally {
      this.#waits.delete(wait);
    }
  }

  /** Something came that nobody had to wait for. */
  arrived(what: string, need = needOf(what)): void {
    this.#onArrival(need);
  }

  /** The case is over: what it goes on with is held up for good. */
  end(): void {
    this.#isOver = true;
  }

  current(): readonly Wait[] {
    return [...this.#waits];
  }
}

const needOf = (what: string): string => what.replace(/\s*\d+( of \d+)?/g, '');

/**
 * Remembers over a run what a target never sends. Once several cases spent their whole time waiting for something that
 * never came in the run, further waits for it end early: a target that lacks one feature must not cost a timeout per case.
 */
export class SilenceLog {
  readonly #arrived = new Set<string>();
  readonly #timeouts = new Map<string, number>();
  #cases = 0;
  /** Something came that is more than a connection. */
  #hasSpoken = false;

  /** Something of this kind came: it is waited for in full from now on. */
  arrived(need: string): void {
    this.#arrived.add(need);
    this.#hasSpoken ||= !need.startsWith(UPGRADE);
  }

  /** A case spent its whole time waiting for this. */
  timedOut(need: string | undefined): void {
    this.#cases += 1;
    if (need !== undefined) this.#timeouts.set(need, (this.#timeouts.get(need) ?? 0) + 1);
  }

  /** True when nothing of what is waited for can be expected to come. */
  isHopeless(waits: readonly Wait[]): boolean {
    if (waits.length === 0) return false;
    if (!this.#hasSpoken && this.#cases >= HOPELESS_AFTER) return true;
    return waits.every(
      ({ need }) => !this.#arrived.has(need) && (this.#timeouts.get(need) ?? 0) >= HOPELESS_AFTER,
    );
  }
}

/** How the needs of upgrades begin. */
export const UPGRADE = 'an upgrade of';

/** Timeouts of the full length before a wait is given up early. */
const HOPELESS_AFTER = 3;
