import type { JsonText } from '../../../generated/json-text.js';
import type { Cursor, GroupAddress, ResetReason, Since, Snapshot, StoredItem } from '../../domain/change.js';
import {
  changesAfter,
  type GroupHead,
  type ItemEntry,
  resetReason,
  tombstoneValue,
} from '../../domain/since.js';

import type { ItemAt } from '../port.js';

/** `rev created place deletedBefore deletedBeforeAt timestamp[ +keys][ own-id]`: spec/redis-layout.md. */
const META = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\d+)(?: \+\S*)?(?: (.*))?$/s;
const LIFETIME = /^[\d ]+ \+(?:@(\d+),?)?(?:~([^,\s]+))?/;
/** `timestamp [+keys ]own-id`. */
const REMAINS = /^(\d+) ?(?:\+\S* ?)?(.*)$/s;

export type HeadReply = readonly [epoch: string, seq: string, timestamp: string, horizon: string];
/** Ids and values, then ids and metas, each in turn. */
export type ListReply = readonly [items: readonly string[], metas: readonly string[]];
export type ItemReply = readonly [epoch: string | null, meta: string | null, value: string | null];
/** What a script sends in place of a group that is too long. */
export type TooLong = readonly [];
/** Some items of a group: its metas in the order of the items. */
export type PieceReply = readonly [next: string, items: readonly string[], metas: readonly (string | null)[]];
export type SnapshotReply = readonly [head: HeadReply, ...(ListReply | TooLong)];
/** Three for each live item: id, meta, value; three for each tombstone: id, rev, remains. Or the whole group. */
export type ChangesReply = ChangedReply | readonly ['reset', ...SnapshotReply];
export type ChangedReply = readonly [
  'changes',
  head: HeadReply,
  live: readonly (string | null)[],
  removed: readonly string[],
];

/** What an item's meta says of when it is removed, and of its owner. */
export function readLifetime(meta: string): { expiresAt: number | undefined; owner: string | undefined } {
  const [, expiresAt, owner] = LIFETIME.exec(meta) ?? [];
  return { expiresAt: expiresAt === undefined ? undefined : Number(expiresAt), owner };
}

/** An item as `ITEM_SCRIPT` found it. */
export function readItem(id: string, [epoch, meta, value]: ItemReply): ItemAt | undefined {
  if (value === null) return undefined;
  return { epoch: epoch ?? '', item: itemOf(id, value as JsonText, meta) };
}

/** @param handedOut ms, the greatest timestamp that this node gave to anybody of the group */
const readHead = ([epoch, seq, timestamp, horizon]: HeadReply, handedOut: number): GroupHead => ({
  epoch,
  seq: Number(seq),
  timestamp: Math.max(Number(timestamp), handedOut),
  horizon: Number(horizon),
});

/** @param meta empty where only another engine wrote the item */
function itemOf(id: string, value: JsonText, meta: string | null): StoredItem {
  const found = META.exec(meta ?? '');
  if (found === null) return { id, rev: 0, created: 0, timestamp: 0, value };
  const [, rev, , place, , , timestamp] = found.map(Number) as number[];
  return { id, rev: rev!, created: place!, timestamp: timestamp!, value };
}

/** The order of creation; items that only other engines wrote come last, sorted by id. */
export function byCreation(a: StoredItem, b: StoredItem): number {
  if (a.created !== b.created && a.created !== 0 && b.created !== 0) return a.created - b.created;
  if (a.created !== b.created) return a.created === 0 ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}

export function arrange([values, metas]: ListReply): StoredItem[] {
  const known = new Map<string, string>();
  for (let i = 0; i < metas.length; i += 2) known.set(metas[i]!, metas[i + 1]!);
  const items: StoredItem[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const id = values[i]!;
    items.push(itemOf(id, values[i + 1] as JsonText, known.get(id) ?? null));
  }
  return items.sort(byCreation);
}

export const readList = (reply: ListReply): JsonText[] => arrange(reply).map(({ value }) => value);

export function readSnapshot(head: HeadReply, items: readonly StoredItem[], handedOut: number): Snapshot {
  const { epoch, seq, timestamp } = readHead(head, handedOut);
  return { epoch, seq, timestamp, items };
}

/** Puts a piece of a group among what is known of it. */
export function addPiece(to: Map<string, StoredItem>, [, values, metas]: PieceReply): void {
  for (let i = 0; i < values.length; i += 2) {
    const id = values[i]!;
    to.set(id, itemOf(id, values[i + 1] as JsonText, metas[i / 2] ?? null));
  }
}

/** Puts what changed among what is known of a group. */
export function addChanges(
  to: Map<string, StoredItem>,
  live: readonly (string | null)[],
  removed: readonly string[],
): void {
  for (let i = 0; i < live.length; i += 3) {
    const id = live[i]!;
    const value = live[i + 2] as JsonText | null;
    if (value === null) to.delete(id);
    else to.set(id, itemOf(id, value, live[i + 1]!));
  }
  for (let i = 0; i < removed.length; i += 3) to.delete(removed[i]!);
}

function* readEntries(live: readonly (string | null)[], removed: readonly string[]): Generator<ItemEntry> {
  for (let i = 0; i < live.length; i += 3) {
    const id = live[i]!;
    const [, rev, created, , deletedBefore, deletedBeforeAt, timestamp, own] = META.exec(live[i + 1] ?? '')!;
    const value = live[i + 2] as JsonText | null;
    yield {
      id,
      rev: Number(rev),
      // Another engine may have removed it after its last change.
      alive: value !== null,
      created: Number(created),
      deletedBefore: Number(deletedBefore),
      deletedBeforeAt: Number(deletedBeforeAt) || undefined,
      timestamp: Number(timestamp),
      value: value ?? tombstoneValue(id, own),
    };
  }
  for (let i = 0; i < removed.length; i += 3) {
    const id = removed[i]!;
    const [, timestamp = '0', own] = REMAINS.exec(removed[i + 2]!) ?? [];
    yield {
      id,
      rev: Number(removed[i + 1]),
      alive: false,
      created: 0,
      deletedBefore: 0,
      timestamp: Number(timestamp),
      value: tombstoneValue(id, own || undefined),
    };
  }
}

/** Why there is only the whole state, which the caller reads. */
export const readReason = (head: HeadReply, cursor: Cursor, handedOut: number): ResetReason =>
  resetReason(readHead(head, handedOut), cursor) ?? 'epoch';

export function readChanges(at: GroupAddress, reply: ChangedReply, cursor: Cursor, handedOut: number): Since {
  const { epoch, seq, timestamp } = readHead(reply[1], handedOut);
  const changes = changesAfter(at, epoch, cursor.seq, readEntries(reply[2], reply[3]));
  return { kind: 'changes', epoch, seq, timestamp, changes };
}
