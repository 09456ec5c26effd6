import type { Cursor } from '../domain/change.js';
import type { DeliveryContext, Frames, Variant } from './port.js';

/** Milliseconds that an encoded sync serves further joins of an unchanged group. */
const LIFETIME = 200;

/** The sync of a whole group at its cursor, encoded. */
export interface EncodedSync extends Cursor {
  /** ms */
  readonly timestamp: number;
  readonly variant: Variant;
  readonly withItems: boolean;
  readonly frames: Frames;
}

interface Kept extends EncodedSync {
  /** Milliseconds of `performance.now()`. */
  readonly until: number;
}

const NONE: readonly Kept[] = [];

/** Keeps a group's syncs, one per variant and form, for all who join it unchanged: a join storm costs one serialisation. */
export class SyncCache {
  readonly #context: DeliveryContext;
  /** All at one cursor. */
  #kept = NONE;

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  /** The sync that a join may get while the group is at `seq` of `epoch`. */
  find(variant: Variant, withItems: boolean, { seq, epoch }: Cursor): EncodedSync | undefined {
    if (this.#kept.length === 0) return undefined;
    const now = performance.now();
    return this.#kept.find(
      (one) =>
        one.seq === seq &&
        one.epoch === epoch &&
        one.variant === variant &&
        one.withItems === withItems &&
        now < one.until,
    );
  }

  add(sync: EncodedSync): void {
    const { seq, epoch, variant, withItems } = sync;
    const others = this.#kept.filter(
      (one) =>
        one.seq === seq && one.epoch === epoch && (one.variant !== variant || one.withItems !== withItems),
    );
    this.#kept = [...others, { ...sync, until: performance.now() + LIFETIME }];
    this.#context.clearLater(this);
  }

  clear(): void {
    this.#kept = NONE;
  }
}
