import type { Cursor, Snapshot } from '../domain/change.js';
import type { DeliveryContext, Frames, Variant } from './port.js';

/** Milliseconds that an encoded sync serves further joins of an unchanged group. */
const LIFETIME = 200;
/** Bytes of pieces that are kept: those who join together read at different paces, and share what they do not have to wait for. */
const PIECES_BYTES = 16 * 1024 * 1024;

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
  /** In the order in which they were made. */
  #pieces: Map<string, Kept> | undefined;
  #pieceBytes = 0;
  #snapshot: KeptSnapshot | undefined;

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  /** The sync that a join may get while the group is at `cursor`. */
  find(variant: Variant, withItems: boolean, cursor: Cursor): EncodedSync | undefined {
    return findIn(this.#kept, keyOf(variant, withItems, undefined), cursor);
  }

  findPiece(variant: Variant, withItems: boolean, cursor: Cursor, place: Place): EncodedPiece | undefined {
    return findIn(this.#pieces, keyOf(variant, withItems, place), cursor) as EncodedPiece | undefined;
  }

  /** The snapshot that is cut into pieces while the group is at `cursor`. */
  findSnapshot(cursor: Cursor): Snapshot | undefined {
    const kept = this.#snapshot;
    if (kept === undefined || performance.now() >= kept.until) return undefined;
    return isAt(kept.snapshot, cursor) ? kept.snapshot : undefined;
  }

  add(sync: EncodedSync): void {
    this.#kept = at(sync, this.#kept);
    this.#add(this.#kept, keyOf(sync.variant, sync.withItems, undefined), sync);
  }

  addPiece(piece: EncodedPiece): void {
    if (piece.seq === 0) return;
    const pieces = at(piece, this.#pieces);
    if (pieces !== this.#pieces) this.#pieceBytes = 0;
    this.#pieces = pieces;
    const key = keyOf(piece.variant, piece.withItems, piece);
    this.#drop(pieces, key);
    for (const oldest of pieces.keys()) {
      if (this.#pieceBytes + piece.frames.length <= PIECES_BYTES) break;
      this.#drop(pieces, oldest);
    }
    this.#pieceBytes += piece.frames.length;
    this.#add(pieces, key, piece);
  }

  addSnapshot(snapshot: Snapshot): void {
    if (snapshot.seq === 0) return;
    this.#snapshot = { snapshot, until: performance.now() + LIFETIME };
    this.#context.clearLater(this);
  }

  clear(): void {
    this.#kept = undefined;
    this.#pieces = undefined;
    this.#pieceBytes = 0;
    this.#snapshot = undefined;
  }

  #drop(pieces: Map<string, Kept>, key: string): void {
    this.#pieceBytes -= pieces.get(key)?.frames.length ?? 0;
    pieces.delete(key);
  }

  #add(kept: Map<string, Kept>, key: string, sync: EncodedSync): void {
    kept.set(key, { ...sync, until: performance.now() + LIFETIME });
    this.#context.clearLater(this);
  }
}

function findIn(kept: Map<string, Kept> | undefined, key: string, cursor: Cursor): Kept | undefined {
  const found = kept?.get(key);
  return found !== undefined && isAt(found, cursor) && performance.now() < found.until ? found : undefined;
}

/** What is kept at a cursor: nothing yet, when what there is belongs to another. */
function at(cursor: Cursor, kept: Map<string, Kept> = new Map()): Map<string, Kept> {
  const [first] = kept.values();
  return first === undefined || isAt(first, cursor) ? kept : new Map();
}

const isAt = (one: Cursor, other: Cursor): boolean => one.seq === other.seq && one.epoch === other.epoch;

const keyOf = (variant: Variant, withItems: boolean, place: Place | undefined): string =>
  `${variant} ${withItems} ${place === undefined ? '' : `${place.page} ${place.start}`}`;
