import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ERROR_CODE, FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';

const { documented, strict } = area('update');

export const updateCallCases = [
  documented('answers-the-value-before-and-after', async (t) => {
    await t.set('a', { n: 1 });
    const result = await t.update('a', [{ type: 'increment', path: 'n', by: 2 }]);
    assert.deepEqual(result.old_value, { n: 1 });
    assert.deepEqual(result.new_value, { n: 3 });
  }),
  documented('leaves-errors-out-when-there-are-none', async (t) => {
    const result = await t.update('a', [{ type: 'set', path: 'n', value: 1 }]);
    assert(!('errors' in result), `expected no errors, got ${JSON.stringify(result.errors)}`);
  }),
  documented('creates-a-missing-item', async (t) => {
    const result = await t.update('a', [{ type: 'set', path: 'n', value: 1 }]);
    assert.equal(result.old_value ?? null, null);
    assert.deepEqual(await t.list(), [{ n: 1 }]);
  }),
  documented('answers-null-as-old-value-of-a-missing-item', async (t) => {
    assert.equal((await t.update('a', [{ type: 'set', path: '', value: 1 }])).old_value ?? null, null);
  }),
  documented('stores-what-it-answers', async (t) => {
    await t.set('a', { list: [1] });
    const { new_value } = await t.update('a', [{ type: 'append', path: 'list', value: 2 }]);
    assert.deepEqual(await t.get('a'), new_value);
  }),
  documented('reports-a-failed-op-and-applies-the-others', async (t) => {
    await t.set('a', { text: 'x' });
    const { new_value, errors } = await t.update('a', [
      { type: 'increment', path: 'text', by: 1 },
      { type: 'set', path: 'n', value: 1 },
    ]);
    assert.deepEqual(new_value, { text: 'x', n: 1 });
    assert.deepEqual(
      errors?.map(({ op_index }) => op_index),
      [0],
    );
  }),
  documented('concurrent-increments-all-count', async (t) => {
    const workers = await Promise.all([t.main(), t.worker(), t.worker()]);
    const ops = [{ type: 'increment', path: 'n', by: 1 }];
    const calls = workers.flatMap((worker) =>
      Array.from({ length: 50 }, () => worker.call(FUNCTION.update, { ...t.at, item_id: 'a', ops })),
    );
    const results = (await Promise.all(calls)) as { new_value: { n: number } }[];
    assert.deepEqual(await t.get('a'), { n: 150 });
    assert.equal(
      new Set(results.map(({ new_value }) => new_value.n)).size,
      150,
      'each call saw its own result',
    );
  }),
  documented('concurrent-updates-of-fields-all-stay', async (t) => {
    const worker = await t.worker();
    const calls = Array.from({ length: 60 }, async (_, i) => {
      const caller = i % 2 === 0 ? worker : await t.main();
      const ops = [{ type: 'set', path: `field-${i}`, value: i }];
      return caller.call(FUNCTION.update, { ...t.at, item_id: 'a', ops });
    });
    await Promise.all(calls);
    assert.equal(Object.keys((await t.get('a')) as object).length, 60);
  }),
  documented('an-update-keeps-other-fields', async (t) => {
    await t.set('a', { kept: { deep: [1] } });
    await t.update('a', [{ type: 'set', path: 'n', value: 1 }]);
    assert.deepEqual(await t.get('a'), { kept: { deep: [1] }, n: 1 });
  }),
  strict('refuses-an-unknown-op-and-changes-nothing', async (t) => {
    await t.set('a', { n: 1 });
    const ops = [
      { type: 'set', path: 'n', value: 2 },
      { type: 'multiply', path: 'n', by: 2 },
    ];
    const { code, message } = await t.error(FUNCTION.update, { ...t.at, item_id: 'a', ops });
    assert.equal(code, ERROR_CODE.update);
    assert(/ops\W*1/.test(message), `expected "${message}" to name the op`);
    assert.deepEqual(await t.get('a'), { n: 1 });
  }),
  strict('refuses-ops-without-their-required-fields', async (t) => {
    for (const op of [
      { type: 'merge', path: 'a' },
      { type: 'increment', path: 'a' },
      { type: 'decrement', path: 'a' },
      { type: 'append', path: 'a' },
      {},
      null,
    ]) {
      const { code } = await t.error(FUNCTION.update, { ...t.at, item_id: 'a', ops: [op] });
      assert.equal(code, ERROR_CODE.update, JSON.stringify(op));
    }
    assert.equal(await t.get('a'), undefined);
  }),
  strict('refuses-an-increment-that-is-no-integer', async (t) => {
    for (const by of [1.5, '1', null, true]) {
      const ops = [{ type: 'increment', path: 'n', by }];
      assert.equal((await t.error(FUNCTION.update, { ...t.at, item_id: 'a', ops })).code, ERROR_CODE.update);
    }
  }),
  strict('an-increment-past-2-53-is-exact-or-refused', async (t) => {
    const worker = await t.main();
    const id = randomUUID();
    const address = JSON.stringify({ ...t.at, item_id: 'a' }).slice(0, -1);
    const op = '{"type":"increment","path":"n","by":9007199254740993}';
    worker.sendText(
      `{"type":"${WORKER_MESSAGE.invokeFunction}","invocation_id":"${id}","function_id":"${FUNCTION.update}","data":${address},"ops":[${op}]}}`,
    );
    const { message, text } = await worker.answerTo(id, FUNCTION.update);
    assert(message.error || text.includes('9007199254740993') || text.includes('errors'), `answered ${text}`);
    assert(!text.includes('9007199254740992'), 'the number was changed silently');
  }),
  strict('without-ops-changes-nothing-of-an-item', async (t) => {
    await t.set('a', { n: 1 });
    const result = await t.update('a', []);
    assert.deepEqual(result.new_value, { n: 1 });
    assert.deepEqual(await t.get('a'), { n: 1 });
  }),
];
