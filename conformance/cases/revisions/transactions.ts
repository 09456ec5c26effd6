import assert from 'node:assert/strict';
import { FUNCTION } from '../../../generated/constants.js';
import { refused, transact, transaction } from './setup.js';

const put = (item_id: string, data: unknown, fields: object = {}) => ({
  item_id,
  type: 'set',
  data,
  ...fields,
});

export const transactionCases = [
  transaction('a-transaction-is-applied-as-a-whole', async (t) => {
    await t.set('a', 1);
    await t.set('b', 1);
    const { outcome, seq, results } = await transact(t, [
      { item_id: 'a', type: 'update', ops: [{ type: 'increment', path: '', by: 1 }] },
      { item_id: 'b', type: 'delete', if_exists: true },
      put('c', { n: 1 }, { if_rev: 0 }),
    ]);
    assert.equal(outcome, 'applied');
    assert.deepEqual(
      results.map(({ rev }) => rev),
      [seq - 2, seq - 1, seq],
    );
    assert.deepEqual(await t.list(), [2, { n: 1 }]);
  }),
  transaction('one-condition-that-fails-refuses-all', async (t) => {
    await t.set('a', 1);
    const { outcome, results } = await transact(t, [put('b', 1), put('a', 2, { if_rev: 0 }), put('c', 1)]);
    assert.equal(outcome, 'conflict');
    assert.deepEqual(
      results.map((each) => each.outcome),
      [undefined, 'conflict', undefined],
    );
    assert.deepEqual(await t.list(), [1]);
  }),
  transaction('messages-of-a-transaction-say-that-more-belongs-to-it', async (t) => {
    const { client } = await t.follow();
    await transact(t, [put('a', 1), put('b', 2), put('c', 3)]);
    const messages = [];
    for (const what of ['the first', 'the second', 'the third']) messages.push(await client.nextStream(what));
    assert.deepEqual(
      messages.map(({ id, more }) => [id, more]),
      [
        ['a', true],
        ['b', true],
        ['c', undefined],
      ],
    );
    assert.equal(messages[2]!.seq, messages[0]!.seq! + 2);
  }),
  transaction('a-transaction-with-a-key-is-applied-once', async (t) => {
    const fields = { idempotency_key: 'k' };
    const ops = [{ type: 'increment', path: '', by: 1 }];
    const writes = ['a', 'b'].map((item_id) => ({ item_id, type: 'update', ops }));
    await t.set('a', 0);
    await t.set('b', 0);
    assert.equal((await transact(t, writes, fields)).outcome, 'applied');
    assert.equal((await transact(t, writes, fields)).outcome, 'duplicate');
    assert.deepEqual(await t.list(), [1, 1]);
  }),
  transaction('a-transaction-is-bounded', async (t) => {
    const many = Array.from({ length: 101 }, (_, n) => put(`i${n}`, 1));
    await refused(t, FUNCTION.transact, 'writes', { writes: many });
    await refused(t, FUNCTION.transact, 'writes', { writes: [] });
    await refused(t, FUNCTION.transact, 'item_id', { writes: [put('a', 1), put('a', 2)] });
    const bad = [put('b', 1), put('a', 1, { if_rev: 1, if_exists: true })];
    await refused(t, FUNCTION.transact, 'if_exists', { writes: bad });
    assert.equal((await transact(t, many.slice(0, 100))).outcome, 'applied');
  }),
];
