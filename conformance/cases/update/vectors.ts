import assert, { AssertionError } from 'node:assert/strict';
import { readAsset } from '../../asset.js';
import type { Capability } from '../../capabilities.js';
import { area, type Case } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';
import { asRead } from '../functions/values.js';

/** A test vector; its fields are explained beside the file. */
export interface Vector {
  readonly name: string;
  readonly before?: unknown;
  readonly ops: readonly unknown[];
  readonly after: unknown;
  readonly errors?: readonly {
    readonly op_index: number;
    readonly code: string;
    readonly message?: string;
  }[];
  readonly choice?: string;
  /** What of ours it is about. */
  readonly capability?: Capability;
}

/** Words of a vector's name that tell what it starts from; the cases are one per operation and subject. */
const SUBJECTS: readonly (readonly [subject: string, pattern: RegExp])[] = [
  ['prototype-keys', /__proto__|constructor|prototype|proto-|inherited|hasOwn/],
  ['path-length', /bytes|segments/],
  ['value-size', /value-of-|value-too|depth-counts/],
  ['missing-items', /missing-item/],
  ['nested-paths', /nested|segment/],
  ['root', /root/],
  ['fields-of-other-values', /field-of-/],
  ['missing-fields', /missing-field|new-field/],
  ['numbers', /numeric|float|by-|exact/],
  ['fields', /field/],
  ['values', /value/],
];

const subjectOf = (name: string): string =>
  SUBJECTS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'the-rest';

function claimOf({ name, choice, capability }: Vector): string {
  const [op = '', rest = ''] = name.split('/');
  if (capability !== undefined) return `${capability}-of-${op}`;
  // What the protocol leaves open is no promise of a stranger: those vectors are cases of their own.
  if (choice !== undefined) return `chosen-rules-of-${op}`;
  if (op === 'order') return 'checks-come-in-order';
  if (op === 'ops') return /fail|missing/.test(rest) ? 'ops-with-failures' : 'ops-together';
  if (op === 'bounds') return `bounds-of-${rest.split('-')[0]}-${subjectOf(rest)}`;
  return `${op}-of-${subjectOf(rest)}`;
}

/** The operation that a vector is about. */
function opOf({ name, ops: [op] }: Vector): string {
  const isAboutSeveral = /^(?:order|ops|bounds)\//.test(name);
  return isAboutSeveral ? String((op as { type?: unknown } | null)?.type) : (name.split('/')[0] ?? '');
}

/**
 * Runs a vector over the wire.
 *
 * @param plain makes the vector's text of an error of another one that is as good
 */
export async function check(
  t: Context,
  vector: Vector,
  plain: (vector: Vector, message: string) => string = (_, message) => message,
): Promise<void> {
  const { name, ops, after, errors = [], ...rest } = vector;
  const item = name.slice(0, 200);
  const isMissing = !('before' in rest);
  if (!isMissing) await t.set(item, rest.before);
  const result = await t.update(item, ops);
  assert.deepEqual(result.new_value, after, `${name}: new_value`);
  assert.deepEqual(result.old_value ?? null, isMissing ? null : rest.before, `${name}: old_value`);
  assert.deepEqual(
    (result.errors ?? []).map(({ op_index, code }) => ({ op_index, code })),
    errors.map(({ op_index, code }) => ({ op_index, code })),
    `${name}: errors`,
  );
  for (const [at, { message }] of errors.entries()) {
    const actual = result.errors?.[at]?.message ?? '';
    if (message === undefined) assert.notEqual(actual, '', `${name}: an error has a message`);
    else assert.equal(plain(vector, actual), message, `${name}: message`);
  }
  assert.deepEqual(asRead(t, await t.get(item)), after, `${name}: stored`);
}

const { documented, strict } = area('update');

const claims = new Map<string, Vector[]>();
for (const vector of readAsset<Vector[]>('spec/vectors/update-ops.json')) {
  const claim = claimOf(vector);
  claims.set(claim, [...(claims.get(claim) ?? []), vector]);
}

/** The vectors of a case. */
export const vectorsOf = (claim: string): readonly Vector[] => claims.get(claim) ?? [];

export const vectorCases: readonly Case[] = [...claims].map(([claim, vectors]) => {
  const needs = vectors.flatMap(({ capability }) => capability ?? []).slice(0, 1);
  const define = claim.startsWith('chosen') || needs.length > 0 ? strict : documented;
  const about = `\`${opOf(vectors[0] as Vector)}\` as spec/vectors/update-ops.json and spec/update-ops.json have it`;
  return define(`vectors-${claim}`, (t) => checkAll(t, vectors), { needs, about });
});

/** Checks all, so that a failure tells how much is left. */
async function checkAll(t: Context, vectors: readonly Vector[]): Promise<void> {
  const failed: AssertionError[] = [];
  for (const vector of vectors) {
    try {
      await check(t, vector);
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      failed.push(error);
    }
  }
  const [first] = failed;
  if (first === undefined) return;
  if (vectors.length > 1)
    first.message = `${failed.length} of ${vectors.length} vectors fail, as ${first.message}`;
  throw first;
}
