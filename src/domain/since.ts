import type { JsonText } from '../../generated/json-text.js';
import type { Change, ChangeKind, Cursor, GroupAddress, ResetReason } from './change.js';
import { sliceField } from './json-text.js';

/** Where a group stands: its last change, and how far back deletions are remembered. */
export interface GroupHead extends Cursor {
  /** Milliseconds; the last timestamp that anybody may have seen. */
  readonly timestamp: number;
  /** Deletions with a seq at or below it are forgotten; 0 = none. */
  readonly horizon: number;
}

/** The newest state of one item, alive or deleted, as a store remembers it. */
export interface ItemEntry {
  readonly id: string;
  /** The seq of the last change. */
  readonly rev: number;
  /** False for a tombstone. */
  readonly alive: boolean;
  /** The seq of the change that created it; 0 = unknown, or it is a tombstone. */
  readonly created: number;
  /** The seq of the deletion that its creation followed; 0 = none that is remembered. */
  readonly deletedBefore: number;
  /** Milliseconds; when that deletion was, where the store keeps it. */
  readonly deletedBeforeAt?: number | undefined;
  /** Milliseconds; of the last change. */
  readonly timestamp: number;
  /** The value; of a tombstone its `tombstoneValue`. */
  readonly value: JsonText;
}

/** Why `cursor` cannot be resumed from a group that stands at `head`; undefined when it can. */
export function resetReason(head: Omit<GroupHead, 'timestamp'>, cursor: Cursor): ResetReason | undefined {
  if (cursor.epoch !== head.epoch || cursor.seq > head.seq) return 'epoch';
  return cursor.seq < head.horizon ? 'horizon' : undefined;
}

/**
 * What changed after `since`: the one rule, for every store. Each item in its newest state, in seq order; one that was
 * deleted and created again after `since` as both, so that a client which matches by id replaces it; one that was created
 * before something else that is told as a creation there and an update. So a reader that was cut off after any of them
 * goes on from there (D23). `timestamp` strictly increases with `seq`.
 *
 * @param since a seq that `resetReason` finds nothing against
 * @param entries at least every entry with a rev above `since`, in any order; oldest first costs the least
 */
export function changesAfter(
  at: GroupAddress,
  epoch: string,
  since: number,
  entries: Iterable<ItemEntry>,
): Change[] {
  const changes: Change[] = [];
  /** Deletions whose time nobody kept. */
  let untimed = 0;
  for (const entry of entries) {
    if (entry.rev <= since) continue;
    const { id, rev, created, deletedBefore, deletedBeforeAt, timestamp, value } = entry;
    if (!entry.alive) {
      changes.push(changeOf(at, epoch, id, 'delete', rev, timestamp, value));
      continue;
    }
    const isNew = created > since;
    if (isNew && deletedBefore > since) {
      if (deletedBeforeAt === undefined) untimed += 1;
      const marker = tombstoneValue(id, undefined);
      changes.push(changeOf(at, epoch, id, 'delete', deletedBefore, deletedBeforeAt ?? Number.NaN, marker));
    }
    const change = changeOf(at, epoch, id, isNew ? 'create' : 'update', rev, timestamp, value);
    changes.push(isNew && created !== rev ? { ...change, created } : change);
  }
  changes.sort(bySeq);
  const early = tellEarly(changes);
  if (untimed + early.length === 0) return changes;
  return timed(early.length === 0 ? changes : [...changes, ...early].sort(bySeq));
}

const bySeq = (a: Change, b: Change): number => a.seq - b.seq;

/**
 * Makes a creation that is told late an update, where a reader could stop between the two: as an update alone, which it
 * would get then, clients ignore an item that they do not have. Returns the creations in its place, without a time.
 */
function tellEarly(changes: Change[]): Change[] {
  const early: Change[] = [];
  let earliest = Number.POSITIVE_INFINITY;
  for (let at = changes.length - 1; at >= 0; at -= 1) {
    const change = changes[at]!;
    const { created, seq } = change;
    if (created === undefined) continue;
    const before = changes[at - 1]?.seq ?? 0;
    if (before < created && earliest > seq) continue;
    early.push({ ...change, created: undefined, seq: created, timestamp: Number.NaN });
    changes[at] = { ...change, created: undefined, kind: 'update' };
    earliest = Math.min(earliest, created);
  }
  return early;
}

/**
 * Gives a time to deletions and creations whose own is not known: as far below the next change's as their seqs differ. Every seq of a
 * group took at least a millisecond, so it stays above all that came before.
 */
function timed(changes: readonly Change[]): Change[] {
  const result: Change[] = [];
  let next: Change | undefined;
  for (const change of changes.toReversed()) {
    if (next !== undefined && Number.isNaN(change.timestamp))
      next = { ...change, timestamp: next.timestamp - (next.seq - change.seq) };
    else next = change;
    result.push(next);
  }
  return result.reverse();
}

const changeOf = (
  { stream, group }: GroupAddress,
  epoch: string,
  item: string,
  kind: ChangeKind,
  seq: number,
  timestamp: number,
  value: JsonText,
): Change => ({ stream, group, item, kind, seq, epoch, timestamp, value, old: undefined });

/** The text of a value's own `id`, which deployed clients match items by; undefined when it has none. */
export const ownId = (value: JsonText | undefined): JsonText | undefined =>
  value?.charCodeAt(0) === 0x7b ? sliceField(value, 'id') : undefined;

/**
 * What a delete carries when the removed value is gone: `{"id":…}` (D12).
 * @param own the text of the removed value's own `id`, where it had one
 */
export const tombstoneValue = (item: string, own: string | undefined): JsonText =>
  `{"id":${own ?? JSON.stringify(item)}}` as JsonText;
