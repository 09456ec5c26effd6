import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { UpdateOp } from '../../generated/functions.js';
import { asJson, jsonOf } from './json-text.js';
import { applyUpdate, applyUpdateOps, exactOps, succeededOps } from './update-ops.js';

interface Vector {
  readonly name: string;
  readonly before?: unknown;
  readonly ops: readonly UpdateOp[];
  readonly after: unknown;
  readonly errors?: readonly {
    readonly op_index: number;
    readonly code: string;
    readonly message?: string;
  }[];
  readonly choice?: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../spec/vectors/update-ops.json', import.meta.url), 'utf8'),
) as Vector[];

interface ExactVector extends Omit<Vector, 'before' | 'ops' | 'after'> {
  readonly before?: string;
  readonly ops: string;
  readonly after: string;
}

const exactVectors = JSON.parse(
  readFileSync(new URL('../../spec/vectors/exact-updates.json', import.meta.url), 'utf8'),
) as ExactVector[];

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const entry of Object.values(value)) deepFreeze(entry);
  }
  return value;
}

for (const vector of vectors) {
  test(`vector ${vector.name}`, () => {
    const { before, ops, after, errors = [] } = deepFreeze(vector);
    const result = applyUpdateOps(before, ops);
    assert.deepEqual(result.value, after);
    assert.equal(result.errors.length, errors.length);
    for (const [index, expected] of errors.entries()) {
      const { message, ...rest } = result.errors[index]!;
      assert.deepEqual(rest, { op_index: expected.op_index, code: expected.code });
      if (expected.message === undefined) assert.match(message, /^[A-Z].{10,300}\.$/);
      else assert.equal(message, expected.message);
    }
    const beforeText = before === undefined ? undefined : jsonOf(before);
    const text = applyUpdate(beforeText, ops);
    assert.deepEqual(JSON.parse(text.value), after);
    assert.deepEqual(text.errors, result.errors);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  });
}

test('the vectors name every error code of the protocol, and each case once', () => {
  const field = ['set', 'increment', 'decrement', 'append', 'remove'];
  const expected = new Set([
    ...[...field, 'merge'].flatMap((op) =>
      ['segment_too_long', 'proto_polluted', 'too_deep', 'empty_segment'].map((what) => `${op}.path.${what}`),
    ),
    ...field.map((op) => `${op}.target_not_object`),
    ...['increment', 'decrement'].flatMap((op) => [`${op}.not_number`, `${op}.not_exact`]),
    ...['not_an_object', 'too_many_keys', 'too_deep', 'proto_polluted'].map((what) => `merge.value.${what}`),
    'append.type_mismatch',
  ]);
  const seen = new Set(
    [...vectors, ...exactVectors].flatMap(({ errors = [] }) => errors.map(({ code }) => code)),
  );
  assert.deepEqual([...seen].sort(), [...expected].sort());
  assert.equal(new Set(vectors.map((vector) => vector.name)).size, vectors.length);
});

test('a value that two ops share is not linked by them', () => {
  const shared = deepFreeze({ list: [1] });
  const { value } = applyUpdateOps({}, [
    { type: 'set', path: 'a', value: shared },
    { type: 'set', path: 'b', value: shared },
    { type: 'merge', path: ['a', 'x'], value: { y: 1 } },
  ]);
  assert.deepEqual(value, { a: { list: [1], x: { y: 1 } }, b: { list: [1] } });
});

test('many ops on a large value copy it once', () => {
  const before = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index]));
  const ops: UpdateOp[] = [];
  for (let round = 0; round < 20_000; round += 1) {
    ops.push({ type: 'increment', path: `k${round}`, by: 1 }, { type: 'append', path: 'list', value: round });
  }
  const started = performance.now();
  const { value } = applyUpdateOps(before, ops);
  // Copying per op would take a minute; the bound is generous for a busy machine.
  assert.ok(performance.now() - started < 5000);
  assert.equal((value as { list: unknown[] }).list.length, 20_000);
  assert.equal((value as Record<string, number>).k19999, 20_000);
});

test('an update that changes nothing hands out the very text that came in', () => {
  const text = asJson('{ "a": 1.0, "a": 2.50, "__proto__": {"x": 1E2} }');
  const ops: UpdateOp[] = [
    { type: 'remove', path: 'missing' },
    { type: 'increment', path: '__proto__', by: 1 },
  ];
  const result = applyUpdate(text, ops);
  assert.equal(result.value, text);
  assert.deepEqual(
    result.errors.map((error) => error.code),
    ['increment.path.proto_polluted'],
  );
});

/** JSON with each number as a string of just what is written. */
const asWritten = (text: string): unknown =>
  JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (found) => JSON.stringify(found)));

for (const { name, before, ops, after, errors = [] } of exactVectors) {
  test(`vector of exact numbers ${name}`, () => {
    const parsed = JSON.parse(ops) as UpdateOp[];
    const exact = exactOps(asJson(`{"ops":${ops}}`), parsed);
    const result = applyUpdate(before === undefined ? undefined : asJson(before), exact);
    assert.deepEqual(asWritten(result.value), asWritten(after));
    assert.deepEqual(
      result.errors.map(({ op_index, code }) => ({ op_index, code })),
      errors,
    );
    // As one of several ops, it is applied in another way.
    const again = applyUpdate(before === undefined ? undefined : asJson(before), [
      ...exact,
      { type: 'remove', path: ['no', 'such', 'field'] },
    ]);
    assert.deepEqual(asWritten(again.value), asWritten(after));
  });
}

test('what was parsed adds integers as far as doubles tell', () => {
  const past: UpdateOp = { type: 'increment', path: 'n', by: 1 };
  const { value, errors } = applyUpdateOps({ n: Number.MAX_SAFE_INTEGER, k: 1 }, [past]);
  assert.deepEqual([value, errors[0]?.code], [{ n: Number.MAX_SAFE_INTEGER, k: 1 }, 'increment.not_exact']);
});

test('a number of very many digits is left alone, and not counted', () => {
  const digits = '7'.repeat(5000);
  const { value, errors } = applyUpdate(asJson(`{"n":${digits}}`), [{ type: 'increment', path: 'n', by: 1 }]);
  assert.deepEqual([value, errors[0]?.code], [`{"n":${digits}}`, 'increment.not_exact']);
});

test('what parsing made an integer is refused, and ops that doubles hold are taken as they are', () => {
  const input = asJson('{"ops":[{"type":"increment","path":"n","by":0.99999999999999999999}]}');
  const { ops } = JSON.parse(input) as { ops: UpdateOp[] };
  assert.throws(() => exactOps(input, ops), {
    reason: 'not_exact',
    message: 'ops[0].by: is an integer only as far as a double tells',
  });
  for (const text of ['{"ops":[{"value":1.0}],"n":1e400}', '{"n":" 12345678901234567","ops":[1e21]}', '{}']) {
    assert.equal(exactOps(asJson(text), ops), ops);
  }
});

test('many ops on a large text open it once', () => {
  const before = jsonOf({
    text: 'x'.repeat(1e6),
    list: Array.from({ length: 1e5 }, () => 0),
    ...Object.fromEntries(Array.from({ length: 1e4 }, (_, index) => [`k${index}`, index])),
  });
  const ops: UpdateOp[] = [];
  for (let round = 0; round < 1e4; round += 1) {
    ops.push({ type: 'increment', path: `k${round}`, by: 1 }, { type: 'append', path: 'list', value: round });
    ops.push({ type: 'append', path: 'text', value: 'y' }, { type: 'append', path: 'text', value: 1 });
    ops.push({ type: 'increment', path: ['list', 'n'], by: 1 });
  }
  const started = performance.now();
  const { value, errors } = applyUpdate(before, ops);
  // Opening or copying per op would take minutes; the bound is generous for a busy machine.
  assert.ok(performance.now() - started < 10_000);
  const { text, list, k9999 } = JSON.parse(value) as { text: string; list: number[]; k9999: number };
  assert.deepEqual([text.length, list.length, k9999, errors.length], [1e6 + 1e4, 1.1e5, 1e4, 2e4]);
});

test('only an append to a string goes on in the next one', () => {
  const op = (value: unknown, path: string | string[] = 'at'): UpdateOp =>
    ({ type: 'append', path, value }) as UpdateOp;
  const growsString = (before: unknown, ...ops: readonly UpdateOp[]): boolean => {
    const updated = applyUpdate(jsonOf(before), ops);
    assert.equal(updated.errors.length, 0);
    return succeededOps(ops, jsonOf({ ops }), updated).growsString;
  };
  assert.equal(growsString({ at: 'x' }, op('y')), true);
  assert.equal(growsString({ at: { deep: 'x' } }, op('y', ['at', 'deep'])), true);
  assert.equal(growsString('x', op('y', [])), true);
  for (const at of [[], ['x'], null, undefined]) assert.equal(growsString({ at }, op('y')), false);
  assert.equal(growsString({ at: ['x'] }, op(['y'])), false);
  assert.equal(growsString({ at: 'x' }, op('y'), op('z')), false);
});
