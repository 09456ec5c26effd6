import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  CALLER_FIELD,
  FUNCTION,
  INVOCATION_ACTION,
  INVOCATION_ERROR,
  WORKER_MESSAGE,
} from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import { HandlerError } from '../../wire/wiring.js';

const { documented, strict } = area('worker-protocol');
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const callCases = [
  documented('the-first-frame-greets-the-worker', async (t) => {
    const id = await (await t.worker()).id();
    assert.match(id, UUID);
  }),
  documented('each-worker-has-its-own-id', async (t) => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await t.worker()).id()));
    assert.equal(new Set(ids).size, 3);
  }),
  documented('a-call-reaches-the-worker-that-offers-the-function', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, ({ n }: { n: number }) => ({ doubled: n * 2 }));
    await worker.settle();
    assert.deepEqual(await t.call(id, { n: 21 }), { doubled: 42 });
  }),
  documented('a-worker-may-call-its-own-function', async (t) => {
    const id = t.name('f');
    const worker = await t.main();
    worker.on(id, () => 'self');
    await worker.settle();
    assert.equal(await t.call(id, {}), 'self');
  }),
  documented('any-json-travels-both-ways', async (t) => {
    const id = t.name('echo');
    const worker = await t.worker();
    worker.on(id, ({ value }: { value: unknown }) => value);
    await worker.settle();
    const values = [null, false, 0, '', [], {}, 'é🙂\u0000', [1, [2, { a: null }]], 'x'.repeat(100_000)];
    for (const value of values) assert.deepEqual(await t.call(id, { value }), value);
  }),
  documented('a-function-that-returns-nothing-has-no-result', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, () => undefined);
    await worker.settle();
    const { message } = await (await t.main()).reply(id, {});
    assert(!message.error);
    assert.equal(message.result ?? null, null);
  }),
  documented('a-functions-error-reaches-its-caller', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, () => {
      throw new HandlerError('my_code', 'my message');
    });
    await worker.settle();
    const { code, message } = await t.error(id, {});
    assert.deepEqual([code, message], ['my_code', 'my message']);
  }),
  documented('a-call-tells-who-calls', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, (data: Record<string, unknown>) => data[CALLER_FIELD.workerId]);
    await worker.settle();
    assert.equal(await t.call(id, { n: 1 }), await (await t.main()).id());
  }),
  documented('a-call-whose-input-is-no-object-is-passed-on-as-it-is', async (t) => {
    const id = t.name('echo');
    const worker = await t.worker();
    worker.on(id, (data: unknown) => ({ data }));
    await worker.settle();
    for (const data of ['text', 7, null, true, [1, 2]]) assert.deepEqual(await t.call(id, data), { data });
  }),
  documented('an-unknown-function-is-not-found', async (t) => {
    const id = t.name('nobody');
    const { code, message } = await t.error(id, {});
    assert.deepEqual([code, message], [INVOCATION_ERROR.functionNotFound, `Function ${id} not found`]);
  }),
  documented('a-void-call-runs-and-is-not-answered', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    const calls = worker.record<{ n: number }>(id);
    await worker.settle();
    const main = await t.main();
    const invocation = randomUUID();
    const action = { type: INVOCATION_ACTION.void };
    main.send({
      type: WORKER_MESSAGE.invokeFunction,
      invocation_id: invocation,
      function_id: id,
      data: { n: 1 },
      action,
    });
    assert.equal((await calls.next('the call')).n, 1);
    await t.get('a');
    const answers = main.others.drain();
    const isAnswer = (message: (typeof answers)[number]): boolean =>
      message.type === WORKER_MESSAGE.invocationResult && message.invocation_id === invocation;
    assert(!answers.some(isAnswer), 'expected no answer');
  }),
  documented('a-call-without-an-id-runs', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    const calls = worker.record<{ n: number }>(id);
    await worker.settle();
    (await t.main()).send({ type: WORKER_MESSAGE.invokeFunction, function_id: id, data: { n: 1 } });
    assert.equal((await calls.next('the call')).n, 1);
  }),
  documented('a-get-sees-the-fire-and-forget-set-before-it', async (t) => {
    const worker = await t.main();
    for (let i = 0; i < 50; i++) {
      worker.void(FUNCTION.set, { ...t.at, item_id: 'a', data: i });
      assert.equal(await t.get('a'), i);
    }
  }),
  documented('enqueue-without-a-queue-fails', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, () => 1);
    await worker.settle();
    const { message } = await (await t.main()).reply(
      id,
      {},
      { action: { type: INVOCATION_ACTION.enqueue, queue: 'q' } },
    );
    assert.equal(message.error?.code, INVOCATION_ERROR.enqueueError);
  }),
  documented('answers-find-their-calls-however-they-are-ordered', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    const held: (() => void)[] = [];
    worker.on(
      id,
      ({ n }: { n: number }) =>
        new Promise((resolve) => {
          held.push(() => resolve(n));
          if (held.length === 20) for (const release of held.reverse()) release();
        }),
    );
    await worker.settle();
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => t.call(id, { n })));
    assert.deepEqual(
      results,
      results.map((_, n) => n),
    );
  }),
  documented('calls-of-one-worker-take-effect-in-their-order', async (t) => {
    const worker = await t.main();
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) => worker.call(FUNCTION.set, { ...t.at, item_id: 'a', data: i })),
    );
    assert.deepEqual(
      results.map((result) => (result as { old_value: unknown }).old_value),
      results.map((_, i) => (i === 0 ? null : i - 1)),
    );
  }),
  documented('the-trace-context-travels-with-a-call', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, (_data: unknown, { traceparent, baggage }) => ({ traceparent, baggage }));
    await worker.settle();
    const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, baggage: 'user=7' };
    assert.equal(((await (await t.main()).call(id, {}, trace)) as typeof trace).baggage, trace.baggage);
  }),
  strict('a-call-that-breaks-the-grammar-is-answered', async (t) => {
    const worker = await t.main();
    const id = randomUUID();
    worker.sendText(
      JSON.stringify({ type: WORKER_MESSAGE.invokeFunction, invocation_id: id, function_id: 7 }),
    );
    const { message } = await worker.answerTo(id, 'a bad call');
    assert.equal(message.error?.code, INVOCATION_ERROR.invalidMessage);
  }),
];
