import type { Change, CustomEvent, GroupAddress } from '../../domain/change.js';
import type { StoreListener } from '../port.js';

const PATIENCE_MS = 10_000;

/** A listener that remembers what it was told and lets a test wait for more. */
export class Recorder implements StoreListener {
  readonly changes: Change[] = [];
  readonly events: CustomEvent[] = [];
  readonly commits: Change[] = [];
  readonly gaps: (GroupAddress | undefined)[] = [];
  readonly #waiting = new Set<() => void>();

  change(change: Change): void {
    this.changes.push(change);
    this.#wake();
  }

  event(event: CustomEvent): void {
    this.events.push(event);
    this.#wake();
  }

  committed(change: Change): void {
    this.commits.push(change);
    this.#wake();
  }

  gap(group?: GroupAddress): void {
    this.gaps.push(group);
    this.#wake();
  }

  /** Resolves once `reached` holds; rejects when that takes too long. */
  until(reached: () => boolean, what: string): Promise<void> {
    if (reached()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!reached()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`waited in vain for ${what}`));
      }, PATIENCE_MS);
      this.#waiting.add(check);
    });
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}
