import type { StoredItem } from '../../domain/change.js';
import {
  addChanges,
  addPiece,
  arrange,
  type ChangesReply,
  type HeadReply,
  inOrder,
  type PieceReply,
  type SnapshotReply,
} from './replies.js';

/** Items of a group that are asked for in one go: Redis does nothing else meanwhile. */
export const LONG = 5_000;
/** Items and bytes of a piece of a longer one; a byte more or less does not matter. */
const PIECE_ITEMS = { first: 200, least: 10, most: 1_000 };
const PIECE_BYTES = 256 * 1024;
/** Times that it is begun anew, because what changed meanwhile is not known any more. */
const ATTEMPTS = 3;

/** What is asked of Redis, about one group. */
export interface LongGroupQuestions {
  piece(cursor: string, count: number): Promise<PieceReply>;
  changes(epoch: string, seq: string): Promise<ChangesReply>;
  /** The group in one go. */
  whole(): Promise<SnapshotReply>;
}

export interface LongGroup {
  readonly head: HeadReply;
  readonly items: readonly StoredItem[];
}

/**
 * Reads a group of many items in pieces, so that others are served between them. Pieces are of different seqs; what
 * changed since the first brings all to the seq of the last question.
 *
 * @param head where the group was before the first piece
 */
export async function readLongGroup(head: HeadReply, ask: LongGroupQuestions): Promise<LongGroup> {
  let from = head;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const items = await readPieces(ask);
    const [epoch, seq] = from;
    const reply = await ask.changes(epoch, seq);
    from = reply[1];
    if (reply[0] === 'reset') continue;
    const [, , live, removed] = reply;
    addChanges(items, live, removed);
    return { head: from, items: inOrder(items.values()) };
  }
  const [last, ...list] = await ask.whole();
  return { head: last, items: list.length === 0 ? [] : arrange(list) };
}

async function readPieces(ask: LongGroupQuestions): Promise<Map<string, StoredItem>> {
  const items = new Map<string, StoredItem>();
  let count = PIECE_ITEMS.first;
  let cursor = '0';
  do {
    const piece = await ask.piece(cursor, count);
    addPiece(items, piece);
    const [next, values] = piece;
    cursor = next;
    const length = values.reduce((sum, text) => sum + text.length, 1);
    const fitting = Math.round((values.length / 2) * (PIECE_BYTES / length));
    count = Math.min(Math.max(fitting, PIECE_ITEMS.least), PIECE_ITEMS.most);
  } while (cursor !== '0');
  return items;
}
