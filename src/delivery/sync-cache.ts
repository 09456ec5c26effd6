import type { Cursor, Snapshot } from '../domain/change.js';
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

/** A piece of one, by how it was cut. */
interface Place {
  readonly page: number;
  /** Index of its first item. */
  readonly start: number;
}

export interface EncodedPiece extends EncodedSync, Place {
  /** Index after its last item. */
  readonly end: number;
}

type Kept = (EncodedSync | EncodedPiece) & {
  /** Milliseconds of `performance.now()`. */
  readonly until: number;
};

interface KeptSnapshot {
  readonly snapshot: Snapshot;
  readonly until: number;
}

/**
 * Keeps a group's syncs, one per variant and form, for all who join it unchanged: a join storm costs one serialisation.
 * Those who want pieces share the snapshot and each piece.
 */
export class SyncCache {
  readonly #context: DeliveryContext;
  /** All at one cursor. */
  #kept: Map<string, Kept> | undefined;
  #snapshot: KeptSnapshot | undefined;

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  /** The sync that a join may get while the group is at `cursor`. */
  find(variant: Variant, withItems: boolean, cursor: Cursor): EncodedSync | undefined {
    return this.#find(keyOf(variant, withItems, undefined), cursor);
  }

  findPiece(variant: Variant, withItems: boolean, cursor: Cursor, place: Place): EncodedPiece | undefined {
    return this.#find(keyOf(variant, withItems, place), cursor) as EncodedPiece | undefined;
  }

  /** The snapshot that is cut into pieces while the group is at `cursor`. */
  findSnapshot(cursor: Cursor): Snapshot | undefined {
    const kept = this.#snapshot;
    if (kept === undefined || performance.now() >= kept.until) return undefined;
    return isAt(kept.snapshot, cursor) ? kept.snapshot : undefined;
  }

  add(sync: EncodedSync): void {
    this.#add(keyOf(sync.variant, sync.withItems, undefined), sync);
  }

  addPiece(piece: EncodedPiece): void {
    if (piece.seq > 0) this.#add(keyOf(piece.variant, piece.withItems, piece), piece);
  }

  addSnapshot(snapshot: Snapshot): void {
    if (snapshot.seq === 0) return;
    this.#snapshot = { snapshot, until: performance.now() + LIFETIME };
    this.#context.clearLater(this);
  }

  clear(): void {
    this.#kept = undefined;
    this.#snapshot = undefined;
  }

  #find(key: string, cursor: Cursor): Kept | undefined {
    const found = this.#kept?.get(key);
    return found !== undefined && isAt(found, cursor) && performance.now() < found.until ? found : undefined;
  }

  #add(key: string, sync: EncodedSync): void {
    let kept = this.#kept;
    const [first] = kept?.values() ?? [];
    if (kept === undefined || (first !== undefined && !isAt(first, sync))) {
      kept = new Map();
      this.#kept = kept;
    }
    kept.set(key, { ...sync, until: performance.now() + LIFETIME });
    this.#context.clearLater(this);
  }
}

const isAt = (one: Cursor, other: Cursor): boolean => one.seq === other.seq && one.epoch === other.epoch;

const keyOf = (variant: Variant, withItems: boolean, place: Place | undefined): string =>
  `${variant} ${withItems} ${place === undefined ? '' : `${place.page} ${place.start}`}`;
