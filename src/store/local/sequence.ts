import type { JsonText } from '../../../generated/json-text.js';
import type { Change, ChangeKind, GroupAddress, OpsText, TraceContext } from '../../domain/change.js';
import { type Extras, extrasAfter } from '../../domain/lifetime.js';
import { ownId, tombstoneValue } from '../../domain/since.js';
import type { Mutation } from '../port.js';
import { aliveValue, type ItemState, type Sequenced } from './node.js';
import { runAfter } from './ops-run.js';

/**
 * A change that got its place, and what the item's record says after it.
 *
 * @param before what the item's newest record says, staged ones included
 * @param value the new one; undefined = deletes the item, which must be there
 */
export function sequenceChange(
  { stream, group, epoch }: GroupAddress & { readonly epoch: string },
  before: ItemState | undefined,
  id: string,
  seq: number,
  timestamp: number,
  value: JsonText | undefined,
  trace: TraceContext | undefined,
  mutation: Mutation,
): Sequenced {
  const old = aliveValue(before);
  const kind: ChangeKind = value === undefined ? 'delete' : old === undefined ? 'create' : 'update';
  const text = (value ?? old) as JsonText;
  const ops = kind === 'update' ? opsOf(mutation) : undefined;
  const plain: Change = {
    stream,
    group,
    item: id,
    kind,
    seq,
    epoch,
    timestamp,
    value: text,
    old,
    ops: ops === undefined ? undefined : { text: ops.text, growsString: ops.growsString, from: before!.rev },
    trace,
  };
  const change = mutation.reason === undefined ? plain : { ...plain, reason: mutation.reason };
  const extras = extrasOf(before, mutation, old === undefined, seq, timestamp);
  if (kind === 'delete') {
    const marker = tombstoneValue(id, ownId(text));
    return {
      change,
      id,
      rev: seq,
      created: 0,
      deletedBefore: 0,
      timestamp,
      value: marker,
      extras,
      run: undefined,
    };
  }
  if (kind === 'update') {
    const { created, deletedBefore } = before as ItemState;
    const run = runAfter(before!.run, text, ops?.text);
    return { change, id, rev: seq, created, deletedBefore, timestamp, value: text, extras, run };
  }
  const deletedBefore = before?.rev ?? 0;
  return {
    change,
    id,
    rev: seq,
    created: seq,
    deletedBefore,
    timestamp,
    value: text,
    extras,
    run: undefined,
  };
}

/** A write that asks for nothing, of an item that has nothing, makes no object. */
function extrasOf(
  before: ItemState | undefined,
  { kind, life, guard }: Mutation,
  isNew: boolean,
  rev: number,
  timestamp: number,
): Extras | undefined {
  const key = guard?.key;
  if (life === undefined && key === undefined && before?.extras === undefined) return undefined;
  return extrasAfter(before?.extras, { kind, life, key, isNew, rev, timestamp });
}

/** The ops of an update that was applied. */
const opsOf = (mutation: Mutation): OpsText | undefined =>
  mutation.kind === 'update' ? mutation.ops?.() : undefined;
