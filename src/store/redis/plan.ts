import { createHash } from 'node:crypto';
import type { JsonText } from '../../../generated/json-text.js';
import { type Guard, holds } from '../../domain/condition.js';
import { sliceField } from '../../domain/json-text.js';
import type { Mutation } from '../port.js';
import { idPart } from './channel-message.js';
import type { Operation } from './operation.js';
import { shortPart } from './ops-message.js';

/** Longer values are compared by their digest, so that a change does not carry the old value too. */
const MAX_COMPARED_LENGTH = 256;
/** A removed value's own `id` is remembered up to this length (characters). */
const MAX_OWN_ID = 256;

/** What the script should do for one operation. */
export interface PlanStep {
  readonly operation: Operation;
  readonly item: PlanItem;
  readonly code: 's' | 'u' | 'd' | 'm' | 'n' | 'x';
  readonly value: string;
  /** What tells an update as ops. */
  readonly short?: string;
  /** What the script decides by, as guard.ts spells it. */
  readonly guard?: string;
  /** It has to wait for what the script makes of an earlier step. */
  readonly isDeferred?: true;
  /** What the update function threw; reported once the value that it saw is confirmed. */
  readonly thrown?: unknown;
}

/** One item of a plan. */
export interface PlanItem {
  readonly number: number;
  readonly name: string | undefined;
  mode: '*' | '-' | '=' | '#' | '?' | '.';
  expected: string;
  /** The value that the first step starts from, where this node knows it. */
  readonly base: JsonText | undefined;
  /** The value after the steps planned so far; meaningless until `certain`. */
  value: JsonText | undefined;
  certain: boolean;
  /** Steps from here on wait for the next call. */
  deferred: boolean;
}

/** Values of items as this node last saw them; undefined inside = the item is missing. */
export type KnownValues = ReadonlyMap<string, JsonText | undefined>;

export interface BatchPlan {
  readonly items: readonly PlanItem[];
  readonly steps: readonly PlanStep[];
  /** All take effect, or none. */
  readonly isAtomic: boolean;
}

/** Works out what a batch does, in order: updates run here, on the value that the script will compare. */
export function plan(operations: readonly Operation[], known: KnownValues, isAtomic: boolean): BatchPlan {
  const slots = new Map<string | undefined, PlanItem>();
  const steps: PlanStep[] = [];
  for (const operation of operations) {
    const name = operation.item;
    let slot = slots.get(name);
    if (slot === undefined) {
      const base = name === undefined ? undefined : known.get(name);
      slot = {
        number: slots.size + 1,
        name,
        mode: '.',
        expected: '',
        base,
        value: undefined,
        certain: false,
        deferred: false,
      };
      slots.set(name, slot);
    }
    steps.push(planOne(operation, slot, known));
  }
  return { items: [...slots.values()], steps, isAtomic };
}

function planOne(operation: Operation, item: PlanItem, known: KnownValues): PlanStep {
  const { action } = operation;
  if (action.kind === 'message') return { operation, item, code: 'm', value: action.body };
  const { guard } = action;
  if (item.deferred) return deferred(operation, item);
  if (action.kind === 'update' || guard?.condition?.kind === 'value') {
    if (!item.certain && item.mode === '.') expect(item, known);
    if (!item.certain) return deferred(operation, item);
  }
  if (item.mode === '.') item.mode = '*';
  if (guard === undefined && action.reason === undefined) return planWrite(operation, item, action);
  const text = guard === undefined ? EXPIRED : guardText(guard, item);
  const step = { ...planWrite(operation, item, action), guard: text };
  // Whether it is applied is the script's to say.
  item.certain = false;
  return step;
}

function deferred(operation: Operation, item: PlanItem): PlanStep {
  item.deferred = true;
  return { operation, item, code: 'n', value: '', isDeferred: true };
}

function planWrite(operation: Operation, item: PlanItem, action: Mutation): PlanStep {
  if (action.kind === 'update') return update(operation, item, action);
  item.value = action.kind === 'set' ? action.value : undefined;
  // Behind a value that must be read first nothing is certain: the whole item waits for it.
  item.certain = item.mode !== '?';
  return action.kind === 'set'
    ? { operation, item, code: 's', value: action.value }
    : { operation, item, code: 'd', value: '' };
}

function update(
  operation: Operation,
  item: PlanItem,
  { apply, ops }: Extract<Mutation, { kind: 'update' }>,
): PlanStep {
  try {
    const value = apply(item.value);
    if (value === undefined) return { operation, item, code: 'n', value: '' };
    item.value = value;
    return { operation, item, code: 'u', value, short: shortPart(ops?.(), value) };
  } catch (thrown) {
    return { operation, item, code: 'x', value: '', thrown };
  }
}

/** The guard of a removal: only while the item's time is up. */
const EXPIRED = 'e';

/** What the script finds before the own id. */
function lifeText({ action }: Operation): string {
  if (action.kind === 'message' || action.life === undefined) return '';
  const { ttlMs, ttlMsWhenNew, owner, claim } = action.life;
  const belongs = owner === undefined ? '' : `~${claim ? '=' : ''}${owner} `;
  if (ttlMs !== undefined) return `@${ttlMs} ${belongs}`;
  return ttlMsWhenNew === undefined ? belongs : `@n${ttlMsWhenNew} ${belongs}`;
}

/** A guard as the script reads it. Values it never compares: what the node knows is confirmed by the item's mode. */
function guardText({ condition, key }: Guard, { value }: PlanItem): string {
  const suffix = key === undefined ? '' : ` ${key.token} ${key.windowMs}`;
  switch (condition?.kind) {
    case undefined:
      return `*${suffix}`;
    case 'rev':
      return condition.rev === 0 ? `-${suffix}` : `r${condition.rev}${suffix}`;
    case 'absent':
      return `-${suffix}`;
    case 'exists':
      return `+${suffix}`;
    case 'owner':
      return `o${condition.owner}${suffix}`;
    case 'value':
      return (holds(condition, { value, rev: 0 }) ? '*' : '!') + suffix;
  }
}

/** Makes the script compare the item with the value that this node knows, or read it first. */
function expect(item: PlanItem, known: KnownValues): void {
  item.certain = item.name !== undefined && known.has(item.name);
  item.value = item.base;
  if (!item.certain) item.mode = '?';
  else if (item.base === undefined) item.mode = '-';
  else if (item.base.length <= MAX_COMPARED_LENGTH) {
    item.mode = '=';
    item.expected = item.base;
  } else {
    item.mode = '#';
    item.expected = createHash('sha1').update(item.base).digest('hex');
  }
}

/** The value's own `id`, where it is not the item's: a late delete message has to carry it. */
function ownId(item: string | undefined, value: string): string {
  const id = value.charCodeAt(0) === 0x7b ? sliceField(value, 'id') : undefined;
  return id === undefined || id.length > MAX_OWN_ID || id === JSON.stringify(item) ? '' : id;
}

/** The plan as the script's arguments, from the number of items on. */
export function encodePlan({ items, steps, isAtomic }: BatchPlan): string[] {
  const args = [String(items.length), isAtomic ? '1' : '0'];
  for (const { name, mode, expected } of items) args.push(name ?? '', idPart(name), mode, expected);
  for (const { operation, item, code, value, guard, short = '' } of steps) {
    args.push(
      String(item.number),
      guard === undefined ? code : code + guard,
      value,
      code === 's' || code === 'u' ? lifeText(operation) + ownId(item.name, value) : '',
      short,
    );
  }
  return args;
}
