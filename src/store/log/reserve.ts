import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { LogFs } from './fs.js';

/** A call holds few at a time: a rotation, a look at the lock and a compaction come together at most. */
const DESCRIPTORS = 12;
/** Descriptors given up for one attempt. */
const AT_A_TIME = 4;
/** Milliseconds after which what was given up is taken back. */
const REFILL_MS = 1_000;

/**
 * Descriptors that are held for the log alone. When the process has no other left, because connections took them all,
 * some are given up to the call that needs one: a store must not stop for what clients do.
 */
export class DescriptorReserve implements Disposable {
  readonly #held: number[] = [];
  readonly #onShort: () => void;
  #refill: NodeJS.Timeout | undefined;

  /** @param onShort told when a call found no descriptor */
  constructor(onShort: () => void) {
    this.#onShort = onShort;
    this.#fill();
  }

  /** The same file system, whose calls find a descriptor while the reserve lasts. */
  over(fs: LogFs): LogFs {
    return {
      mkdir: (path) => fs.mkdir(path),
      rename: (from, to) => fs.rename(from, to),
      link: (from, to) => fs.link(from, to),
      unlink: (path) => fs.unlink(path),
      open: (path, flags) => this.#attempt(() => fs.open(path, flags)),
      readdir: (path) => this.#attempt(() => fs.readdir(path)),
      syncDirectory: (path) => this.#attempt(() => fs.syncDirectory(path)),
    };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#refill);
    for (const descriptor of this.#held.splice(0)) closeSync(descriptor);
  }

  async #attempt<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if ((code !== 'EMFILE' && code !== 'ENFILE') || this.#held.length === 0) throw error;
        this.#onShort();
        for (const descriptor of this.#held.splice(-AT_A_TIME)) closeSync(descriptor);
        this.#refill ??= setTimeout(() => this.#fill(), REFILL_MS).unref();
      }
    }
  }

  #fill(): void {
    this.#refill = undefined;
    try {
      while (this.#held.length < DESCRIPTORS) this.#held.push(openSync(devNull, 'r'));
    } catch {
      this.#refill = setTimeout(() => this.#fill(), REFILL_MS).unref();
    }
  }
}
