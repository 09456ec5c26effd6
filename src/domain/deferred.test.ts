import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deferred, mapReady, whenReady } from './deferred.js';

const unexpected = (what: unknown): void => assert.fail(`called with ${String(what)}`);

test('a taker is called in the turn the value arrives', () => {
  const deferred = new Deferred<number>();
  const seen: unknown[] = [];
  deferred.take((value) => seen.push(value), unexpected);
  deferred.resolve(1);
  assert.deepEqual(seen, [1]);
});

test('a value or an error that came first waits for its taker', () => {
  const value = new Deferred<number>();
  value.resolve(1);
  const error = new Deferred<number>();
  error.reject('no');
  const seen: unknown[] = [];
  value.take((taken) => seen.push(taken), unexpected);
  error.take(unexpected, (why) => seen.push(why));
  assert.deepEqual(seen, [1, 'no']);
});

test('there is one taker', () => {
  const deferred = new Deferred<number>();
  deferred.take(() => {}, unexpected);
  assert.throws(() => deferred.take(unexpected, unexpected), /one taker/);
});

test('it is awaited like a promise', async () => {
  const value = new Deferred<number>();
  const error = new Deferred<number>();
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
  const good = new Deferred<number>();
  const bad = new Deferred<number>();
  const broken = new Deferred<number>();
  const results = [
    mapReady(good, (value) => value + 1),
    mapReady(bad, (value) => value + 1),
    mapReady(broken, () => {
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
  const deferred = new Deferred<number>();
  const mapped = deferred.map((value) => value);
  mapped.take(() => {
    throw new Error('taker');
  }, unexpected);
  assert.throws(() => deferred.resolve(1), { message: 'taker' });
});

test('a value that is here is handed over at once, one on its way when it arrives', async () => {
  const seen: unknown[] = [];
  const late = new Deferred<number>();
  assert.equal(
    whenReady(1, (value) => seen.push(value), unexpected),
    true,
  );
  assert.equal(
    whenReady(late, (value) => seen.push(value), unexpected),
    false,
  );
  assert.equal(
    whenReady(Promise.reject<number>('no'), unexpected, (why) => seen.push(why)),
    false,
  );
  late.resolve(2);
  await new Promise(setImmediate);
  assert.deepEqual(seen, [1, 2, 'no']);
});
