/** Everything that closes with the app, last opened first. */
export class Closing implements AsyncDisposable {
  readonly #steps: (() => Promise<void> | void)[] = [];
  #done: Promise<void> | undefined;

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  /** True from the moment that the end began. */
  get begun(): boolean {
    return this.#done !== undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    // Before the first step runs, `begun` must be true.
    await undefined;
    for (const step of this.#steps.reverse()) await step();
  }
}
