import assert from 'node:assert/strict';
import { test } from 'node:test';
import { map } from './maybe.js';
import { Pending } from './pending.js';

const unexpected = (what: unknown): void => assert.fail(`called with ${String(what)}`);

test('a taker is called in the turn the value arrives', () => {
  const pending = new Pending<number>();
  const seen: unknown[] = [];
  pending.take((value) => seen.push(value), unexpected);
  pending.resolve(1);
  assert.deepEqual(seen, [1]);
});

test('a value or an error that came first waits for its taker', () => {
  const value = new Pending<number>();
  value.resolve(1);
  const error = new Pending<number>();
  error.reject('no');
  const seen: unknown[] = [];
  value.take((taken) => seen.push(taken), unexpected);
  error.take(unexpected, (why) => seen.push(why));
  assert.deepEqual(seen, [1, 'no']);
});

test('there is one taker', () => {
  const pending = new Pending<number>();
  pending.take(() => {}, unexpected);
  assert.throws(() => pending.take(unexpected, unexpected), /one taker/);
});

test('it is awaited like a promise', async () => {
  const value = new Pending<number>();
  const error = new Pending<number>();
  setImmediate(() => {
    value.resolve(1);
    error.reject(new Error('no'));
  });
  assert.deepEqual(await Promise.allSettled([value, error]).then((all) => all.map(({ status }) => status)), [
    'fulfilled',
    'rejected',
  ]);
});

test('what is mapped takes over errors, and those of the mapping', async () => {
  const good = new Pending<number>();
  const bad = new Pending<number>();
  const broken = new Pending<number>();
  const results = [
    map(good, (value) => value + 1),
    map(bad, (value) => value + 1),
    map(broken, () => {
      throw new Error('broken mapping');
    }),
  ];
  good.resolve(1);
  bad.reject(new Error('no value'));
  broken.resolve(1);
  assert.equal(await results[0], 2);
  await assert.rejects(async () => results[1], /no value/);
  await assert.rejects(async () => results[2], /broken mapping/);
});

test('what a taker throws is its own: it is no error of the value, and there is no second call', () => {
  const pending = new Pending<number>();
  const mapped = pending.map((value) => value);
  mapped.take(() => {
    throw new Error('taker');
  }, unexpected);
  assert.throws(() => pending.resolve(1), { message: 'taker' });
});
