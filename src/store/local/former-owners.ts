import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ItemAddress } from '../../domain/change.js';
import { type Eventual, whenReady } from '../../domain/deferred.js';
import { bounded } from '../log/state.js';
import type { Committed, Mutation, Ownership, OwnershipEvents } from '../port.js';
import type { Catalog } from './catalog.js';

/** Milliseconds until removals that failed are tried again. */
const RETRY = 1_000;
/** Milliseconds that one slice of removals may take. */
const SLICE = 5;

/**
 * Owners in a store of one process: whoever else owned an item is gone. What the former process left behind is removed a
 * grace after the start, so that its clients can come back before.
 */
export class FormerOwners implements Ownership {
  readonly process = randomBytes(9).toString('base64url');
  readonly #catalog: Catalog;
  readonly #commit: (at: ItemAddress, mutation: Mutation) => Eventual<Committed>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(catalog: Catalog, commit: (at: ItemAddress, mutation: Mutation) => Eventual<Committed>) {
    this.#catalog = catalog;
    this.#commit = commit;
  }

  begin({ graceMs }: OwnershipEvents): void {
    if (this.#catalog.usage.owned > 0) this.#removeIn(graceMs());
  }

  note(): void {}

  forget(): void {}

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #removeIn(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#removeAll(), ms).unref();
  }

  async #removeAll(): Promise<void> {
    const own = `${this.process}.`;
    let failed = 0;
    const removals: Promise<void>[] = [];
    let sliceEnd = performance.now() + SLICE;
    for (const group of this.#catalog.stable()) {
      const { stream, group: name, items } = group;
      for (const { id, extras } of bounded(items.values(), items.size)) {
        const owner = extras?.owner;
        if (owner !== undefined && !owner.startsWith(own)) {
          const removal = this.#remove({ stream, group: name, item: id }, owner);
          removals.push(removal.catch(() => void failed++));
        }
        if (performance.now() < sliceEnd) continue;
        await nextTurn();
        if (this.#stopped) return;
        sliceEnd = performance.now() + SLICE;
      }
    }
    await Promise.all(removals);
    if (failed > 0) this.#removeIn(RETRY);
  }

  /** Rejects where the store takes no writes now, which its health says. */
  #remove(at: ItemAddress, owner: string): Promise<void> {
    const guard = { condition: { kind: 'owner', owner } } as const;
    return new Promise((resolve, reject) => {
      const removal = this.#commit(at, { kind: 'delete', reason: 'owner_left', guard });
      whenReady(removal, () => resolve(), reject);
    });
  }
}
