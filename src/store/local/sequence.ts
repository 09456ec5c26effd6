import type { JsonText } from '../../../generated/json-text.js';
import type { Change, ChangeKind, GroupAddress, TraceContext } from '../../domain/change.js';
import { type IdempotencyKey, withKey } from '../../domain/condition.js';
import { ownId, tombstoneValue } from '../../domain/since.js';
import type { ItemState, Sequenced } from './node.js';

/**
 * A change that got its place, and what the item's record says after it.
 *
 * @param before what the item's newest record says, staged ones included
 * @param value the new one; undefined = deletes the item, which must be there
 * @param old the current value
 * @param ops of an update: the text of those that made it
 */
export function sequenceChange(
  { stream, group, epoch }: GroupAddress & { readonly epoch: string },
  before: ItemState | undefined,
  id: string,
  seq: number,
  timestamp: number,
  value: JsonText | undefined,
  old: JsonText | undefined,
  trace: TraceContext | undefined,
  key: IdempotencyKey | undefined,
  ops: JsonText | undefined,
): Sequenced {
  const kind: ChangeKind = value === undefined ? 'delete' : old === undefined ? 'create' : 'update';
  const text = (value ?? old) as JsonText;
  const change: Change = {
    stream,
    group,
    item: id,
    kind,
    seq,
    epoch,
    timestamp,
    value: text,
    old,
    ops: kind === 'update' && ops !== undefined ? { text: ops, from: before!.rev } : undefined,
    trace,
  };
  const keys = key === undefined ? before?.keys : withKey(before?.keys, key, seq, timestamp);
  if (kind === 'delete') {
    const marker = tombstoneValue(id, ownId(text));
    return { change, id, rev: seq, created: 0, deletedBefore: 0, timestamp, value: marker, keys };
  }
  if (kind === 'update') {
    const { created, deletedBefore } = before as ItemState;
    return { change, id, rev: seq, created, deletedBefore, timestamp, value: text, keys };
  }
  const deletedBefore = before?.rev ?? 0;
  return { change, id, rev: seq, created: seq, deletedBefore, timestamp, value: text, keys };
}
