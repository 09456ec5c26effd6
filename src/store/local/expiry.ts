import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ItemAddress } from '../../domain/change.js';
import type { Now } from '../../domain/clock.js';
import { type Eventual, whenReady } from '../../domain/deferred.js';
import type { Committed, Mutation } from '../port.js';
import type { Catalog } from './catalog.js';
import type { GroupIndex } from './group-index.js';
import { Heap } from './heap.js';
import type { Node } from './node.js';

/** Milliseconds until a removal that failed is tried again. */
const RETRY = 1_000;
/** Milliseconds that the timer runs at most: the wall clock may be set forward meanwhile. */
const MAX_SLEEP = 1_000;
/** Milliseconds that one slice of removals may take. */
const SLICE = 5;
/** Removals that wait for the disk, at most: callers' writes must not be refused for them. */
const MAX_WAITING = 4_096;
/** Entries that may be stale before the heap is cleared of them. */
const SLACK = 1_024;

/** When an item is due, as it was at `rev`. */
interface Due {
  /** ms */
  readonly at: number;
  readonly group: GroupIndex;
  readonly node: Node;
  readonly rev: number;
}

export interface ExpiryParts {
  readonly catalog: Catalog;
  /** The store's clock. */
  readonly now: Now;
  readonly commit: (at: ItemAddress, mutation: Mutation) => Eventual<Committed>;
  /** Resolves when nothing waits for the disk. */
  readonly idle: () => Promise<void>;
}

/**
 * Removes items when their time is up: by an ordinary delete on the rev that the time belongs to, so that a write which
 * came first wins. Until it is committed the item is there. One heap and one timer for the whole store.
 */
export class Expiry {
  readonly #parts: ExpiryParts;
  readonly #due = new Heap<Due>();
  #timer: NodeJS.Timeout | undefined;
  /** ms; when the timer fires. */
  #wakeAt = Number.POSITIVE_INFINITY;
  #waiting = 0;
  #isRunning = false;
  #stopped = false;

  constructor(parts: ExpiryParts) {
    this.#parts = parts;
  }

  /** Removes what became due before the store was opened, before anybody can read it. */
  async begin(): Promise<void> {
    const { catalog } = this.#parts;
    if (catalog.usage.expiring === 0) return;
    for (const group of catalog.all()) {
      for (const node of group.items.values()) {
        const at = node.extras?.expiresAt;
        if (at !== undefined) this.#due.push({ at, group, node, rev: node.rev });
      }
    }
    do {
      await this.#run();
      await this.#parts.idle();
    } while (this.#isDue());
  }

  /** An item's time was set by a change that is committed now. */
  add(group: GroupIndex, node: Node): void {
    const at = node.extras?.expiresAt;
    if (at === undefined || this.#stopped) return;
    this.#due.push({ at, group, node, rev: node.rev });
    const { usage } = this.#parts.catalog;
    if (this.#due.size > 2 * usage.expiring + SLACK) this.#due.filter(isCurrent);
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    const at = this.#due.top?.at;
    if (at === undefined || this.#isRunning || this.#stopped || at >= this.#wakeAt) return;
    if (this.#waiting >= MAX_WAITING) return;
    clearTimeout(this.#timer);
    const now = this.#parts.now();
    const sleep = Math.min(Math.max(at - now, 0), MAX_SLEEP);
    this.#wakeAt = now + sleep;
    this.#timer = setTimeout(() => void this.#run(), sleep).unref();
  }

  /** Removes everything that is due, in slices. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let sliceEnd = performance.now() + SLICE;
    while (!this.#stopped && this.#waiting < MAX_WAITING && this.#isDue()) {
      this.#remove(this.#due.pop()!);
      if (performance.now() < sliceEnd) continue;
      await nextTurn();
      sliceEnd = performance.now() + SLICE;
    }
    this.#isRunning = false;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#arm();
  }

  #isDue(): boolean {
    const { top } = this.#due;
    return top !== undefined && top.at <= this.#parts.now();
  }

  #remove(due: Due): void {
    const { group, node, rev } = due;
    if (!isCurrent(due)) return;
    // What is on its way over it may fail with the disk, and would leave the item as it is.
    if (group.isPending(node.id)) {
      this.#again(due);
      return;
    }
    const guard = { condition: { kind: 'rev', rev } } as const;
    let removal: Eventual<Committed>;
    try {
      removal = this.#parts.commit(
        { stream: group.stream, group: group.group, item: node.id },
        { kind: 'delete', reason: 'expired', guard },
      );
    } catch {
      // The store takes no writes now, which its health says.
      this.#again(due);
      return;
    }
    this.#waiting += 1;
    const done = (): void => {
      this.#waiting -= 1;
      if (this.#waiting === MAX_WAITING >> 1) this.#arm();
    };
    whenReady(removal, done, () => {
      this.#again(due);
      done();
      this.#arm();
    });
  }

  #again(due: Due): void {
    this.#due.push({ ...due, at: this.#parts.now() + RETRY });
  }
}

/** False once the item changed, or is gone. */
const isCurrent = ({ node, rev }: Due): boolean => node.rev === rev && node.created > 0;
