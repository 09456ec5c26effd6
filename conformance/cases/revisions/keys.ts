import assert from 'node:assert/strict';
import { FUNCTION } from '../../../generated/constants.js';
import type { Setting } from '../../runner/case.js';
import { deleteIf, refused, revision, setIf, updateIf } from './setup.js';

const CRASH: Setting = {
  own: true,
  adapters: ['file_based', 'redis'],
  needs: ['crash'],
  timeoutMs: 30_000,
};

export const keyCases = [
  revision('a-repeated-key-is-applied-once', async (t) => {
    const ops = [{ type: 'increment', path: '', by: 1 }];
    await t.set('a', 0);
    const first = await updateIf(t, 'a', ops, { idempotency_key: 'k' });
    await t.update('a', ops);
    const repeat = await updateIf(t, 'a', ops, { idempotency_key: 'k' });
    assert.equal(first.outcome, 'applied');
    assert.deepEqual([repeat.outcome, repeat.rev, repeat.new_value], ['duplicate', first.rev, 2]);
    assert.equal(await t.get('a'), 2);
  }),
  revision('repeats-that-cross-are-applied-once', async (t) => {
    const fields = { idempotency_key: 'ü🙂 k' };
    const results = await Promise.all([1, 2, 3].map((data) => setIf(t, 'a', data, fields)));
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['applied', 'duplicate', 'duplicate']);
  }),
  revision('a-key-outlives-deletion', async (t) => {
    await setIf(t, 'a', 1, { idempotency_key: 'set' });
    assert.equal((await deleteIf(t, 'a', { idempotency_key: 'delete' })).outcome, 'applied');
    assert.equal((await setIf(t, 'a', 1, { idempotency_key: 'set' })).outcome, 'duplicate');
    assert.equal((await deleteIf(t, 'a', { idempotency_key: 'delete' })).outcome, 'duplicate');
    assert.equal(await t.get('a'), undefined);
  }),
  revision('a-key-that-met-a-conflict-was-not-applied', async (t) => {
    await t.set('a', 1);
    assert.equal((await setIf(t, 'a', 2, { idempotency_key: 'k', if_absent: true })).outcome, 'conflict');
    assert.equal((await setIf(t, 'a', 2, { idempotency_key: 'k', if_exists: true })).outcome, 'applied');
  }),
  revision('a-key-is-of-one-item', async (t) => {
    await setIf(t, 'a', 1, { idempotency_key: 'k' });
    assert.equal((await setIf(t, 'b', 1, { idempotency_key: 'k' })).outcome, 'applied');
  }),
  revision('a-key-is-bounded', async (t) => {
    for (const idempotency_key of ['', 'é'.repeat(257), 7])
      await refused(t, FUNCTION.set, 'idempotency_key', { item_id: 'a', data: 1, idempotency_key });
    assert.equal((await setIf(t, 'a', 1, { idempotency_key: 'é'.repeat(256) })).outcome, 'applied');
  }),
  revision(
    'a-retry-after-a-crash-is-applied-once',
    async (t) => {
      const config = await t.ownConfig();
      const target = await t.launch(config);
      const ops = [{ type: 'increment', path: '', by: 1 }];
      const writes = Array.from({ length: 20 }, (_, n) => ({ idempotency_key: `k${n}` }));
      const items = writes.map((_, n) => `i${n}`);
      // Whether a write was applied before the end is what nobody knows.
      const worker = await t.main();
      for (const [n, fields] of writes.entries())
        worker.void(FUNCTION.update, { ...t.at, item_id: items[n], ops, ...fields });
      await setIf(t, 'known', 1, { idempotency_key: 'known' });
      await target.kill();
      await t.launch(config);
      assert.equal((await setIf(t, 'known', 1, { idempotency_key: 'known' })).outcome, 'duplicate');
      await Promise.all(writes.map((fields, n) => updateIf(t, items[n]!, ops, fields)));
      for (const item of items) assert.equal(await t.get(item), 1);
    },
    CRASH,
  ),
];
