/**
 * The order of the end: no new configuration, fewer and fewer sockets and then no new ones, no new calls, nobody to ask how we are, no deliveries,
 * and at last the store flushes.
 */
const ORDER = ['reload', 'drain', 'stream', 'workers', 'admin', 'service', 'store', 'descriptors'] as const;

type Step = (typeof ORDER)[number];

/** Everything that closes with the app, in one order however far the start came. */
export class Closing implements AsyncDisposable {
  readonly #steps = new Map<Step, () => Promise<void> | void>();
  #done: Promise<void> | undefined;

  at(step: Step, close: () => Promise<void> | void): void {
    this.#steps.set(step, close);
  }

  /** True from the moment that the end began. */
  get begun(): boolean {
    return this.#done !== undefined;
  }

  /** Closes everything, once; what one step throws keeps no other from closing, and the first error is thrown on. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    // Before the first step runs, `begun` must be true.
    await undefined;
    const errors: unknown[] = [];
    for (const step of ORDER) {
      try {
        await this.#steps.get(step)?.();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
