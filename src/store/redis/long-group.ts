import { setImmediate as turn } from 'node:timers/promises';
import type { StoredItem } from '../../domain/change.js';
import {
  addChanges,
  addPiece,
  arrange,
  byCreation,
  type ChangesReply,
  type HeadReply,
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

/** Items that are sorted, or merged, before others have their turn: some milliseconds. */
const SORTED_AT_ONCE = 10_000;

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
    return { head: from, items: await sorted([...items.values()]) };
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

/** The items in the order of their creation: to sort half a million takes a second, in which everybody else is served. */
async function sorted(items: readonly StoredItem[]): Promise<StoredItem[]> {
  let runs: StoredItem[][] = [];
  for (let i = 0; i < items.length; i += SORTED_AT_ONCE) {
    runs.push(items.slice(i, i + SORTED_AT_ONCE).sort(byCreation));
    await turn();
  }
  while (runs.length > 1) {
    const merged: StoredItem[][] = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(await merge(runs[i]!, runs[i + 1] ?? []));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge(one: readonly StoredItem[], other: readonly StoredItem[]): Promise<StoredItem[]> {
  const all: StoredItem[] = [];
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    const isFirst = j === other.length || (i < one.length && byCreation(one[i]!, other[j]!) < 0);
    all.push(isFirst ? one[i++]! : other[j++]!);
    if (all.length % SORTED_AT_ONCE === 0) await turn();
  }
  return all;
}
