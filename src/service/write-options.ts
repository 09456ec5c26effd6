import { createHash } from 'node:crypto';
import type { JsonText } from '../../generated/json-text.js';
import type { Condition, Guard, IdempotencyKey, Receipt } from '../domain/condition.js';
import { StreamError } from '../domain/errors.js';
import { checkValue } from './checks.js';
import type { ServiceConfig } from './function-context.js';

/** Bytes of an idempotency key. */
const MAX_KEY_BYTES = 512;

/** The fields by which a write names a condition. */
export interface ConditionFields {
  readonly if_rev?: number | undefined;
  readonly if_value?: JsonText | undefined;
  readonly if_absent?: boolean | undefined;
  readonly if_exists?: boolean | undefined;
}

/** What `set`, `update` and `delete` take beside the write itself. */
export interface WriteFields extends ConditionFields {
  readonly idempotency_key: string | undefined;
  readonly return: 'full' | 'rev' | undefined;
}

export type WriteField = keyof WriteFields;

/** What the caller of a write asked for. */
export interface WriteOptions {
  readonly guard: Guard;
  /** The reply carries no values. */
  readonly isBrief: boolean;
}

/**
 * Undefined when the caller asked for nothing, as most do.
 * @throws StreamError `invalid_input` or `limit`, naming the field
 */
export function writeOptions(fields: WriteFields, config: ServiceConfig): WriteOptions | undefined {
  const { idempotency_key: key, return: returned } = fields;
  const isConditional =
    fields.if_rev !== undefined ||
    fields.if_value !== undefined ||
    fields.if_absent !== undefined ||
    fields.if_exists !== undefined;
  if (!isConditional && key === undefined && returned === undefined) return undefined;
  const condition = isConditional ? conditionOf(fields, config) : undefined;
  return {
    guard: { condition, key: key === undefined ? undefined : idempotencyKey(key, config) },
    isBrief: returned === 'rev',
  };
}

/**
 * @param place what stands before the fields' names in an error
 * @throws StreamError `invalid_input` or `limit`, naming the field
 */
export function conditionOf(
  fields: ConditionFields,
  config: ServiceConfig,
  place = '',
): Condition | undefined {
  const { if_rev: rev, if_value: value, if_absent: absent, if_exists: exists } = fields;
  // The one that most ask for, on its own.
  if (rev !== undefined && value === undefined && absent === undefined && exists === undefined)
    return { kind: 'rev', rev };
  let found: Condition | undefined;
  let first = '';
  const take = (field: string, condition: Condition): void => {
    if (found !== undefined) throw invalid(place + field, `is a second condition, ${first} is given already`);
    found = condition;
    first = field;
  };
  if (rev !== undefined) take('if_rev', { kind: 'rev', rev });
  if (value !== undefined) {
    checkValue(`${place}if_value`, value, config);
    take('if_value', { kind: 'value', value });
  }
  if (absent !== undefined) take('if_absent', isTrue(`${place}if_absent`, absent, { kind: 'absent' }));
  if (exists !== undefined) take('if_exists', isTrue(`${place}if_exists`, exists, { kind: 'exists' }));
  return found;
}

/** What stores keep of a key is its digest: short, and of characters that need no escaping. */
export function idempotencyKey(key: string, { limits }: ServiceConfig): IdempotencyKey {
  if (key === '') throw invalid('idempotency_key', 'must not be empty');
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES)
    throw invalid('idempotency_key', `is ${bytes} bytes long, at most ${MAX_KEY_BYTES} are allowed`);
  // UTF-16, so that two keys with different halves of surrogate pairs stay two.
  const digest = createHash('sha256').update(Buffer.from(key, 'utf16le')).digest();
  return { token: digest.subarray(0, 16).toString('base64url'), windowMs: limits.idempotency_window_ms };
}

/** The additive fields of a result; the outcome only where the caller named a condition or a key. */
export function receiptFields({ guard }: WriteOptions, receipt: Receipt | undefined) {
  const isDecided = guard.condition !== undefined || guard.key !== undefined;
  return {
    rev: receipt?.rev,
    epoch: receipt?.epoch,
    outcome: isDecided ? receipt?.outcome : undefined,
  };
}

function isTrue(field: string, value: boolean, condition: Condition): Condition {
  if (!value) throw invalid(field, 'must be true');
  return condition;
}

const invalid = (field: string, what: string): StreamError =>
  new StreamError('invalid_input', `${field}: ${what}`);
