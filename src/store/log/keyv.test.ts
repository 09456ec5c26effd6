import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, test } from 'node:test';
import suite, { keyvIteratorTests } from '@keyv/test-suite';
import { Keyv } from 'keyv';
import type { LogStore } from './index.js';
import { MemoryFs } from './testing/memory-fs.js';
import { openTest } from './testing/open.js';

/** The matchers that the suite uses, on node's assertions. */
const expect = (actual: unknown) => ({
  toBe: (wanted: unknown) => assert.strictEqual(actual, wanted),
  toEqual: (wanted: unknown) => assert.deepEqual(actual, wanted),
  toBeTruthy: () => assert.ok(actual),
  toBeFalsy: () => assert.ok(!actual),
  toBeNull: () => assert.strictEqual(actual, null),
  toBeUndefined: () => assert.strictEqual(actual, undefined),
  toBeDefined: () => assert.notStrictEqual(actual, undefined),
});
expect.assertions = () => {};

/** What the suite expects of a test runner. */
const runner = {
  it: (name: string, body: (context: { expect: typeof expect }) => unknown) =>
    it(name, async () => {
      await body({ expect });
    }),
  beforeEach,
  afterEach,
};

let log: LogStore;
/** Keyv knows which adapters can be iterated by their dialect. */
const opts = { url: '', dialect: 'sqlite' };
const store = (): LogStore => Object.assign(log.sibling(), { opts });

for (const [name, tests] of [
  ['test-suite', suite],
  ['iterator', keyvIteratorTests],
] as const) {
  describe(`Keyv ${name}`, () => {
    before(async () => {
      log = await openTest({ fs: new MemoryFs() });
    });
    after(() => log.close());
    // The runner is a part of vitest's, which the suite's types ask for as a whole.
    (tests as (test: unknown, keyv: typeof Keyv, store: () => LogStore) => void)(runner, Keyv, store);
  });
}

test('getMany and hasMany answer in the order asked', async () => {
  log = await openTest({ fs: new MemoryFs() });
  await log.setMany([
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ]);
  assert.deepEqual(await log.getMany(['b', 'x', 'a']), ['2', undefined, '1']);
  assert.deepEqual(await log.hasMany(['b', 'x', 'a']), [true, false, true]);
  await log.close();
});

test('a failing disk reaches whoever asked Keyv, and emits no error event', async () => {
  const fs = new MemoryFs();
  log = await openTest({ fs });
  const keyv = new Keyv({ store: log, throwOnErrors: true, emitErrors: false });
  fs.hook = ({ name }) => {
    if (name === 'datasync') throw new Error('broken');
    return undefined;
  };
  await assert.rejects(keyv.setMany([{ key: 'a', value: 1 }]), { reason: 'read_only', message: /broken/ });
  fs.hook = undefined;
  await keyv.disconnect();
  assert.equal(log.health().writable, false);
});
