import assert from 'node:assert/strict';
import { FUNCTION } from '../../../generated/constants.js';
import { deleteIf, itemOf, refused, revision, setIf, updateIf } from './setup.js';

export const conditionCases = [
  revision('a-plain-write-answers-no-additive-field', async (t) => {
    assert.deepEqual(await t.set('a', 1), { old_value: null, new_value: 1 });
    const updated = await t.update('a', [{ type: 'increment', path: '', by: 1 }]);
    assert.deepEqual(Object.keys(updated).sort(), ['new_value', 'old_value']);
    assert.deepEqual(await t.delete('a'), { old_value: 2 });
  }),
  revision('a-write-on-the-current-rev-is-applied', async (t) => {
    await t.set('a', 1);
    const { rev, epoch } = (await itemOf(t, 'a'))!;
    const result = await setIf(t, 'a', 2, { if_rev: rev });
    assert.equal(result.outcome, 'applied');
    assert.equal(result.epoch, epoch);
    assert((result.rev ?? 0) > rev);
    assert.deepEqual([result.old_value, result.new_value], [1, 2]);
    assert.equal((await itemOf(t, 'a'))?.rev, result.rev);
  }),
  revision('a-write-on-an-old-rev-is-a-conflict', async (t) => {
    await t.set('a', 1);
    const { rev } = (await itemOf(t, 'a'))!;
    await t.set('a', 2);
    assert.equal((await setIf(t, 'a', 3, { if_rev: rev })).outcome, 'conflict');
    assert.equal(await t.get('a'), 2);
    assert.equal((await deleteIf(t, 'a', { if_rev: rev })).outcome, 'conflict');
    assert.equal(await t.get('a'), 2);
  }),
  revision('a-conflict-tells-the-current-value-and-its-rev', async (t) => {
    await t.set('a', 1);
    const conflict = await setIf(t, 'a', 3, { if_rev: 0 });
    assert.deepEqual([conflict.outcome, conflict.old_value, conflict.new_value], ['conflict', 1, 1]);
    assert.equal((await setIf(t, 'a', 3, { if_rev: conflict.rev })).outcome, 'applied');
  }),
  revision('rev-zero-means-that-there-is-no-item', async (t) => {
    assert.equal((await setIf(t, 'a', 1, { if_rev: 0 })).outcome, 'applied');
    assert.equal((await setIf(t, 'a', 2, { if_rev: 0 })).outcome, 'conflict');
    await t.delete('a');
    assert.equal((await setIf(t, 'a', 3, { if_rev: 0 })).outcome, 'applied');
    assert.equal((await setIf(t, 'b', 3, { if_rev: 9 })).outcome, 'conflict');
  }),
  revision('values-are-compared-by-structure', async (t) => {
    await t.set('a', { x: [1, 'é'], y: null });
    assert.equal((await setIf(t, 'a', 1, { if_value: { y: null, x: ['é', 1] } })).outcome, 'conflict');
    assert.equal((await setIf(t, 'a', 1, { if_value: { y: null, x: [1, 'é'] } })).outcome, 'applied');
    assert.equal((await setIf(t, 'b', 1, { if_value: null })).outcome, 'conflict');
  }),
  revision('an-absent-item-is-created-once', async (t) => {
    const results = await Promise.all([1, 2, 3, 4].map((data) => setIf(t, 'a', data, { if_absent: true })));
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), [
      'applied',
      'conflict',
      'conflict',
      'conflict',
    ]);
  }),
  revision('a-missing-item-that-should-exist-is-not-found', async (t) => {
    assert.equal((await setIf(t, 'a', 1, { if_exists: true })).outcome, 'not_found');
    assert.equal(await t.get('a'), undefined);
    await t.set('a', 1);
    assert.equal((await setIf(t, 'a', 2, { if_exists: true })).outcome, 'applied');
  }),
  revision('a-deletion-of-nothing-is-not-found', async (t) => {
    assert.deepEqual((await deleteIf(t, 'a', { if_exists: true })).outcome, 'not_found');
    await t.set('a', 1);
    assert.equal((await deleteIf(t, 'a', { if_exists: true })).outcome, 'applied');
    assert.equal(await t.get('a'), undefined);
  }),
  revision('updates-take-conditions', async (t) => {
    await t.set('a', { n: 1 });
    const ops = [{ type: 'increment', path: 'n', by: 1 }];
    const { rev } = (await itemOf(t, 'a'))!;
    assert.deepEqual((await updateIf(t, 'a', ops, { if_rev: rev })).new_value, { n: 2 });
    const conflict = await updateIf(t, 'a', ops, { if_rev: rev });
    assert.deepEqual([conflict.outcome, conflict.new_value], ['conflict', { n: 2 }]);
  }),
  revision('compare-and-set-counts-exactly', async (t) => {
    const worker = async (): Promise<void> => {
      for (let n = 0, current = await itemOf(t, 'n'); n < 25; ) {
        const next = ((current?.data as number | undefined) ?? 0) + 1;
        const { outcome, rev = 0, new_value } = await setIf(t, 'n', next, { if_rev: current?.rev ?? 0 });
        if (outcome === 'applied') n += 1;
        current = { id: 'n', rev, data: new_value, epoch: '' };
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    assert.equal(await t.get('n'), 100);
  }),
  revision('a-conflict-reaches-no-subscriber', async (t) => {
    const { client } = await t.follow();
    await setIf(t, 'a', 1, { if_absent: true });
    await setIf(t, 'a', 2, { if_absent: true });
    await t.set('b', 3);
    const events = [await client.nextStream('the first change'), await client.nextStream('the second')];
    assert.deepEqual(
      events.map(({ id }) => id),
      ['a', 'b'],
    );
  }),
  revision('return-rev-carries-no-values', async (t) => {
    await t.set('a', 'x'.repeat(1000));
    const result = await updateIf(t, 'a', [{ type: 'append', path: '', value: 'y' }], { return: 'rev' });
    assert.deepEqual(Object.keys(result).sort(), ['epoch', 'rev']);
    assert.equal(result.rev, (await itemOf(t, 'a'))?.rev);
  }),
  revision('two-conditions-are-refused', async (t) => {
    const fields = { item_id: 'a', data: 1, if_rev: 0, if_absent: true };
    await refused(t, FUNCTION.set, 'if_absent', fields);
  }),
  revision('a-rev-that-is-no-integer-is-refused', async (t) => {
    for (const if_rev of [1.5, -1, '1', null])
      await refused(t, FUNCTION.set, 'if_rev', { item_id: 'a', data: 1, if_rev });
  }),
];
