import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter, FilterError } from './filter.js';

const input = {
  stream_name: 'chat',
  n: 2,
  nothing: null,
  'a.b': 1,
  tags: ['x', 'y'],
  items: [{ id: 1, deep: { ok: true } }, { id: 2 }],
  o: { a: 1, b: [1] },
};
const matches = (filters: unknown): boolean => compileFilter(filters)({ input, output: input });

test('filters hold as the SDKs mean them', () => {
  const held: unknown[] = [
    {},
    { 'input.stream_name': { $eq: 'chat' } },
    { 'output.stream_name': { $prefix: 'ch' }, 'input.n': { $gt: 1, $lte: 2 } },
    { 'input.nothing': { $eq: null } },
    { 'input.absent': { $ne: null } },
    { 'input.absent': { $nin: [null] } },
    { 'input.absent': { $exists: false } },
    { 'input.nothing': { $exists: true } },
    { 'input.a\\.b': { $eq: 1 } },
    { 'input.tags.1': { $eq: 'y' } },
    { 'input.tags': { $eq: ['x', 'y'] } },
    { 'input.tags': { $any: { $eq: 'y' } } },
    { 'input.items': { $any: { '@.id': { $eq: 1 }, '@.deep.ok': { $eq: true } } } },
    { 'input.o': { $eq: { b: [1.0], a: 1 } } },
    { $or: [{ 'input.n': { $eq: 0 } }, { 'input.n': { $in: [2] } }] },
    { $and: [{}, { $not: { 'input.n': { $eq: 0 } } }] },
    { 'input.stream_name': { $gt: 'cha' } },
  ];
  for (const filters of held) assert.equal(matches(filters), true, JSON.stringify(filters));
  const failed: unknown[] = [
    { 'input.stream_name': { $eq: 'chat' }, 'input.n': { $eq: 3 } },
    { 'input.absent': { $eq: null } },
    { 'input.n': { $gt: '1' } },
    { 'input.n': { $in: [] } },
    { 'input.absent': { $lt: 1 } },
    { 'input.tags.01': { $eq: 'y' } },
    { 'input.tags': { $eq: 'x' } },
    { 'input.items': { $any: { '@.id': { $eq: 2 }, '@.deep.ok': { $eq: true } } } },
    { 'input.n': { $any: { $eq: 2 } } },
    { 'caller.worker_id': { $exists: true } },
    { 'input.toString': { $exists: true } },
  ];
  for (const filters of failed) assert.equal(matches(filters), false, JSON.stringify(filters));
});

test('what is no filter, or passes a bound, is refused by name', () => {
  const codeOf = (filters: unknown): string => {
    try {
      compileFilter(filters);
    } catch (error) {
      assert.ok(error instanceof FilterError && error.message.startsWith('filters: '));
      return error.code;
    }
    return 'none';
  };
  let deep: unknown = {};
  for (let level = 0; level < 8; level += 1) deep = { $not: deep };
  let literal: unknown = 0;
  for (let level = 0; level < 40; level += 1) literal = [literal];
  const wide = Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`input.${n}`, { $eq: n }]));
  const refused: unknown[] = [
    'chat',
    [],
    null,
    { 'input.n': 2 },
    { 'input.n': {} },
    { 'input.n': { $regex: 'x' } },
    { 'event.n': { $eq: 1 } },
    { $and: [] },
    { $or: {} },
    { 'input.n': { $eq: 2 ** 53 + 2 } },
    { 'input.n': { $in: Array.from({ length: 257 }, () => 1) } },
    { 'input.n': { $gt: null } },
    { 'input.n': { $any: {} } },
    { 'input.n': { $eq: literal } },
    { 'input.n': { $eq: 'x'.repeat(8_192) } },
    deep,
    wide,
  ];
  for (const filters of refused) assert.equal(codeOf(filters), 'INVALID_FILTER', JSON.stringify(filters));
  assert.equal(codeOf({ 'input..n': { $eq: 1 } }), 'INVALID_FILTER_PATH');
  assert.equal(codeOf({ [`input${'.a'.repeat(16)}`]: { $eq: 1 } }), 'INVALID_FILTER_PATH');
});
