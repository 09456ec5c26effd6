import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { UpdateOp } from '../../generated/functions.js';
import { asJson, jsonOf } from './json-text.js';
import { applyUpdate, applyUpdateOps, refuseInexactOps } from './update-ops.js';

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
  const seen = new Set(vectors.flatMap((vector) => (vector.errors ?? []).map((error) => error.code)));
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

test('an update refuses numbers that it would change, and says where they are', () => {
  const set: UpdateOp[] = [{ type: 'set', path: 'b', value: 1 }];
  assert.throws(() => applyUpdate(asJson('{"a":[0,9007199254740993]}'), set), {
    reason: 'not_exact',
    message: "the item's value has the number 9007199254740993 at /a/1, which an update cannot keep exactly",
  });
  assert.throws(() => applyUpdate(asJson('1e400'), set), {
    reason: 'not_exact',
    message: /1e400 at its root/,
  });
  const input = asJson(
    '{"item_id":"12345678901234567","ops":[{"type":"set","path":"b","value":{"c":-1e400}}]}',
  );
  assert.throws(() => refuseInexactOps(input), {
    reason: 'not_exact',
    message: 'ops has the number -1e400 at /0/value/c, which an update cannot keep exactly',
  });
  for (const exact of [
    '{"ops":[{"value":1.0}],"n":1e400}',
    '{"n":" 12345678901234567","ops":[1e21]}',
    '{}',
  ]) {
    refuseInexactOps(asJson(exact));
  }
  const long = asJson(`{"${'k'.repeat(5000)}":${'7'.repeat(5000)}}`);
  assert.throws(
    () => applyUpdate(long, set),
    ({ message }: Error) => message.length < 400,
  );
});
