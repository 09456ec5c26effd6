import type { Waits } from './waits.js';

interface Waiter<T> {
  readonly resolve: (item: T) => void;
  readonly reject: (error: Error) => void;
}

/** Things in the order of their arrival, each handed out once. */
export class Inbox<T> {
  readonly #waits: Waits;
  readonly #items: T[] = [];
  #waiters: Waiter<T>[] = [];
  #failure: Error | undefined;

  constructor(waits: Waits) {
    this.#waits = waits;
  }

  push(item: T): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#items.push(item);
    else waiter.resolve(item);
  }

  /** Nothing more will come. What came before is still handed out. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /**
   * @param what completes the sentence "waited for …"
   * @param need what the target lacks if it never comes
   */
  async next(what: string, need?: string): Promise<T> {
    if (this.#items.length > 0) {
      this.#waits.arrived(what, need);
      return this.#items.shift() as T;
    }
    if (this.#failure !== undefined) throw this.#failure;
    const coming = new Promise<T>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    return await this.#waits.for(what, coming, need);
  }

  async take(count: number, what: string): Promise<T[]> {
    const taken: T[] = [];
    while (taken.length < count) taken.push(await this.next(`${what} ${taken.length + 1} of ${count}`));
    return taken;
  }

  /** What came so far and was not handed out. */
  drain(): T[] {
    return this.#items.splice(0);
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }
}
