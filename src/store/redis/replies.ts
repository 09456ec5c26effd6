import type { JsonText } from '../../../generated/json-text.js';
import type { Change, GroupAddress, ResetReason, Since, Snapshot, StoredItem } from '../../domain/change.js';

/** What the meta hash holds of an item: `rev born order deleted deletedAt timestamp[ own-id]`. */
interface Meta {
  readonly rev: number;
  /** The seq that created it; 0 for an item that another engine created. */
  readonly born: number;
  /** Its place in creation order. */
  readonly order: number;
  /** The seq of the deletion before it was created again, 0 = none known. */
  readonly deleted: number;
  /** ms */
  readonly deletedAt: number;
  /** ms */
  readonly timestamp: number;
  readonly own: string;
}

function parseMeta(text: string): Meta {
  const [rev, born, order, deleted, deletedAt, timestamp] = text.split(' ', 6).map(Number) as number[];
  let at = -1;
  for (let space = 0; space < 6 && (space === 0 || at !== -1); space++) at = text.indexOf(' ', at + 1);
  return {
    rev: rev!,
    born: born!,
    order: order!,
    deleted: deleted!,
    deletedAt: deletedAt!,
    timestamp: timestamp!,
    own: at === -1 ? '' : text.slice(at + 1),
  };
}

const removed = (item: string, own: string): JsonText =>
  `{"id":${own === '' ? JSON.stringify(item) : own}}` as JsonText;

interface Placed extends StoredItem {
  readonly order: number;
}

/** Items in creation order; those that only other engines wrote come last, sorted by id. */
function arrange(items: readonly string[], metas: readonly string[]): StoredItem[] {
  const known = new Map<string, string>();
  for (let i = 0; i < metas.length; i += 2) known.set(metas[i]!, metas[i + 1]!);
  const ours: Placed[] = [];
  const foreign: StoredItem[] = [];
  for (let i = 0; i < items.length; i += 2) {
    const id = items[i]!;
    const value = items[i + 1] as JsonText;
    const text = known.get(id);
    if (text === undefined) foreign.push({ id, rev: 0, timestamp: 0, value });
    else {
      const { rev, timestamp, order } = parseMeta(text);
      ours.push({ id, rev, timestamp, value, order });
    }
  }
  ours.sort((a, b) => a.order - b.order);
  foreign.sort((a, b) => (a.id < b.id ? -1 : 1));
  return [...ours.map(({ id, rev, timestamp, value }) => ({ id, rev, timestamp, value })), ...foreign];
}

export type ListReply = readonly [items: string[], metas: string[]];
export type SnapshotReply = readonly [epoch: string, seq: string, timestamp: string, ...ListReply];
export type ChangesReply =
  | readonly [
      'changes',
      epoch: string,
      seq: string,
      timestamp: string,
      live: (string | null)[],
      gone: (string | null)[],
    ]
  | readonly [reason: ResetReason, ...SnapshotReply];

export const readList = ([items, metas]: ListReply): JsonText[] =>
  arrange(items, metas).map(({ value }) => value);

/** @param handedOut ms, the greatest timestamp that this node gave to anybody of the group */
export function readSnapshot(
  [epoch, seq, timestamp, items, metas]: SnapshotReply,
  handedOut: number,
): Snapshot {
  return {
    epoch,
    seq: Number(seq),
    timestamp: Math.max(Number(timestamp), handedOut),
    items: arrange(items, metas),
  };
}

/** @param since the seq that was asked for */
export function readChanges(at: GroupAddress, reply: ChangesReply, since: number, handedOut: number): Since {
  if (reply[0] !== 'changes') {
    const [reason, ...snapshot] = reply;
    return { kind: 'reset', reason, snapshot: readSnapshot(snapshot, handedOut) };
  }
  const [, epoch, seq, timestamp, live, gone] = reply;
  const changes: Change[] = [];
  const add = (kind: Change['kind'], item: string, rev: number, ms: number, value: JsonText, born = rev) => {
    const change: Change = { ...at, item, kind, seq: rev, epoch, timestamp: ms, value, old: undefined };
    changes.push(born === rev ? change : { ...change, created: born });
  };
  for (let i = 0; i < live.length; i += 3) {
    const item = live[i]!;
    const meta = parseMeta(live[i + 1]!);
    const value = live[i + 2] as JsonText | null;
    if (value === null) {
      // Another engine removed it after its last change.
      add('delete', item, meta.rev, meta.timestamp, removed(item, meta.own));
      continue;
    }
    const isNew = meta.born > since;
    if (isNew && meta.deleted > since) add('delete', item, meta.deleted, meta.deletedAt, removed(item, ''));
    if (isNew) add('create', item, meta.rev, meta.timestamp, value, meta.born);
    else add('update', item, meta.rev, meta.timestamp, value);
  }
  for (let i = 0; i < gone.length; i += 3) {
    const item = gone[i]!;
    const [ms = '0'] = gone[i + 2]!.split(' ', 1);
    add('delete', item, Number(gone[i + 1]), Number(ms), removed(item, gone[i + 2]!.slice(ms.length + 1)));
  }
  changes.sort((a, b) => a.seq - b.seq);
  return {
    kind: 'changes',
    epoch,
    seq: Number(seq),
    timestamp: Math.max(Number(timestamp), handedOut),
    changes,
  };
}
