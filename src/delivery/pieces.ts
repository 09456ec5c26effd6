import type { Snapshot, StoredItem } from '../domain/change.js';
import type { Subscription } from './port.js';

/** How far a sync in pieces has come. */
export interface Paging {
  readonly to: Subscription;
  readonly snapshot: Snapshot;
  /** Index of the first item that was not sent. */
  start: number;
}

/** Bytes that one piece of a sync may have, as a message; an item that is longer is one of its own. */
const PIECE_BYTES = 256 * 1024;
/** What a message has around its items: the names of stream and group, escaped. */
const AROUND = 8 * 1024;
/** What an item has around its value and its id. */
const AROUND_ITEM = 48;
/** Bytes that one character of an id takes when it is escaped. */
const ESCAPED = 6;

/** The index after the last item of the piece that begins at `start`, of at most `most` items. */
export function endOfPiece(items: readonly StoredItem[], start: number, most: number): number {
  let room = PIECE_BYTES - AROUND;
  let end = start;
  while (end < items.length && end - start < most) {
    const { id, value } = items[end]!;
    room -= Buffer.byteLength(value) + id.length * ESCAPED + AROUND_ITEM;
    if (room < 0 && end > start) break;
    end += 1;
  }
  return end;
}

/** True when the values have more characters than `most`. */
export function isLonger({ items }: Snapshot, most: number): boolean {
  let length = 0;
  for (const { value } of items) {
    length += value.length;
    if (length > most) return true;
  }
  return false;
}
