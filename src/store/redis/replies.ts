import type { JsonText } from '../../../generated/json-text.js';
import type { Cursor, GroupAddress, Since, Snapshot, StoredItem } from '../../domain/change.js';
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
/** `timestamp [+keys ]own-id`. */
const REMAINS = /^(\d+) ?(?:\+\S* ?)?(.*)$/s;

type HeadReply = readonly [epoch: string, seq: string, timestamp: string, horizon: string];
/** Ids and values, then ids and metas, each in turn. */
export type ListReply = readonly [items: readonly string[], metas: readonly string[]];
export type ItemReply = readonly [epoch: string | null, meta: string | null, value: string | null];
export type SnapshotReply = readonly [head: HeadReply, ...ListReply];
/** Three for each live item: id, meta, value; three for each tombstone: id, rev, remains. Or the whole group. */
export type ChangesReply =
  | readonly ['changes', head: HeadReply, live: readonly (string | null)[], removed: readonly string[]]
  | readonly ['reset', ...SnapshotReply];

/** An item as `ITEM_SCRIPT` found it. */
export function readItem(id: string, [epoch, meta, value]: ItemReply): ItemAt | undefined {
  if (value === null) return undefined;
  const [item] = arrange([
    [id, value],
    [id, meta ?? ''],
  ]);
  return { epoch: epoch ?? '', item: item! };
}

/** @param handedOut ms, the greatest timestamp that this node gave to anybody of the group */
const readHead = ([epoch, seq, timestamp, horizon]: HeadReply, handedOut: number): GroupHead => ({
  epoch,
  seq: Number(seq),
  timestamp: Math.max(Number(timestamp), handedOut),
  horizon: Number(horizon),
});

/** Items in creation order; those that only other engines wrote come last, sorted by id. */
function arrange([values, metas]: ListReply): StoredItem[] {
  const known = new Map<string, string>();
  for (let i = 0; i < metas.length; i += 2) known.set(metas[i]!, metas[i + 1]!);
  const ours: StoredItem[] = [];
  const foreign: StoredItem[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const id = values[i]!;
    const value = values[i + 1] as JsonText;
    const meta = META.exec(known.get(id) ?? '');
    if (meta === null) foreign.push({ id, rev: 0, created: 0, timestamp: 0, value });
    else {
      const [, rev, , place, , , timestamp] = meta.map(Number) as number[];
      ours.push({ id, rev: rev!, created: place!, timestamp: timestamp!, value });
    }
  }
  ours.sort((a, b) => a.created - b.created);
  foreign.sort((a, b) => (a.id < b.id ? -1 : 1));
  return [...ours, ...foreign];
}

export const readList = (reply: ListReply): JsonText[] => arrange(reply).map(({ value }) => value);

export function readSnapshot([head, ...list]: SnapshotReply, handedOut: number): Snapshot {
  const { epoch, seq, timestamp } = readHead(head, handedOut);
  return { epoch, seq, timestamp, items: arrange(list) };
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

export function readChanges(at: GroupAddress, reply: ChangesReply, cursor: Cursor, handedOut: number): Since {
  if (reply[0] === 'reset') {
    const [, ...snapshot] = reply;
    const reason = resetReason(readHead(snapshot[0], handedOut), cursor) ?? 'epoch';
    return { kind: 'reset', reason, snapshot: readSnapshot(snapshot, handedOut) };
  }
  const { epoch, seq, timestamp } = readHead(reply[1], handedOut);
  const changes = changesAfter(at, epoch, cursor.seq, readEntries(reply[2], reply[3]));
  return { kind: 'changes', epoch, seq, timestamp, changes };
}
