import assert from 'node:assert/strict';
import {
  ENGINE_FUNCTION,
  ENGINE_PATH,
  ENGINE_PREFIX,
  ENGINE_TRIGGER_TYPE,
  FUNCTION,
  TELEMETRY_MAGIC,
  TRIGGER_TYPE,
  WORKER_MESSAGE,
} from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';

const { documented, strict } = area('worker-protocol');
type Row = Readonly<Record<string, unknown>>;

/** The rows of a list. */
export async function rows(
  t: Context,
  functionId: string,
  field: string,
  input: unknown = {},
): Promise<readonly Row[]> {
  const answer = (await t.call(functionId, input)) as Readonly<Record<string, readonly Row[]>>;
  assert(
    Array.isArray(answer[field]),
    `expected {${field}: […]} of ${functionId}, got ${JSON.stringify(answer)}`,
  );
  return answer[field];
}

const { listFunctions, listTriggers, listTriggerTypes, listWorkers, registerWorker } = ENGINE_FUNCTION;

export const engineCases = [
  documented('the-list-of-functions-has-the-eight', async (t) => {
    const ids = new Set((await rows(t, listFunctions, 'functions')).map(({ function_id }) => function_id));
    for (const id of Object.values(FUNCTION)) assert(ids.has(id), `expected ${id} to be listed`);
  }),
  documented('the-list-of-functions-has-their-request-formats', async (t) => {
    const listed = await rows(t, listFunctions, 'functions');
    const set = listed.find(({ function_id }) => function_id === FUNCTION.set);
    const { properties } = (set?.request_format ?? {}) as { properties?: object };
    for (const field of ['stream_name', 'group_id', 'item_id', 'data'])
      assert(field in (properties ?? {}), field);
  }),
  documented('the-list-of-functions-has-what-workers-registered', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, () => 1, { description: 'mine', metadata: { a: 1 }, request_format: { type: 'object' } });
    await worker.settle();
    const found = (await rows(t, listFunctions, 'functions')).find(({ function_id }) => function_id === id);
    assert.deepEqual(
      [found?.description, found?.metadata, found?.request_format],
      ['mine', { a: 1 }, { type: 'object' }],
    );
  }),
  documented('internal-ids-are-listed-on-demand-only', async (t) => {
    const isInternal = ({ id }: Row): boolean => String(id).startsWith(ENGINE_PREFIX.internal);
    assert(!(await rows(t, listTriggerTypes, 'trigger_types')).some(isInternal));
    const all = await rows(t, listFunctions, 'functions', { include_internal: true });
    const shown = await rows(t, listFunctions, 'functions');
    assert(!shown.some(({ function_id }) => String(function_id).startsWith(ENGINE_PREFIX.internal)));
    assert(all.length >= shown.length);
  }),
  documented('the-list-of-trigger-types-has-the-three', async (t) => {
    const ids = new Set((await rows(t, listTriggerTypes, 'trigger_types')).map(({ id }) => id));
    for (const id of Object.values(TRIGGER_TYPE)) assert(ids.has(id), `expected ${id} to be listed`);
  }),
  documented('the-list-of-triggers-has-what-workers-registered', async (t) => {
    const worker = await t.worker();
    const functionId = t.name('f');
    worker.on(functionId, () => undefined);
    await worker.settle();
    const id = worker.trigger(TRIGGER_TYPE.stream, functionId, { stream_name: t.at.stream_name });
    await worker.roundTrip();
    const found = (await rows(t, listTriggers, 'triggers')).find((row) => row.id === id);
    assert.deepEqual(
      [found?.trigger_type, found?.function_id, found?.config],
      [TRIGGER_TYPE.stream, functionId, { stream_name: t.at.stream_name }],
    );
  }),
  documented('the-list-of-workers-has-those-that-are-connected', async (t) => {
    const worker = await t.worker();
    worker.on(t.name('f'), () => 1);
    await worker.roundTrip();
    assert((await rows(t, listWorkers, 'workers')).length >= 2);
    const { timestamp } = (await t.call(listWorkers, {})) as Row;
    assert.equal(typeof timestamp, 'number');
  }),
  documented('a-worker-may-tell-about-itself', async (t) => {
    const facts = { runtime: 'node', version: '0', name: 'conformance', os: 'any' };
    assert.equal(((await t.call(registerWorker, facts)) as Row).success, true);
  }),
  documented('a-trigger-tells-that-functions-changed', async (t) => {
    const worker = await t.worker();
    const handler = t.name('handler');
    const calls = worker.record<unknown>(handler);
    await worker.settle();
    worker.trigger(ENGINE_TRIGGER_TYPE.functionsAvailable, handler, {});
    await worker.roundTrip();
    (await t.worker()).on(t.name('f'), () => 1);
    await calls.next('the news that functions changed');
  }),
  documented('a-ping-is-answered-with-a-pong', async (t) => {
    const worker = await t.worker();
    worker.send({ type: WORKER_MESSAGE.ping });
    for (;;) if ((await worker.others.next('a pong')).type === WORKER_MESSAGE.pong) return;
  }),
  documented('a-telemetry-connection-is-accepted', async (t) => {
    const worker = await t.worker(ENGINE_PATH.telemetry);
    worker.sendBytes(Buffer.from(`${TELEMETRY_MAGIC.traces}{}`));
    await t.set('a', 1);
  }),
  documented('telemetry-frames-between-messages-are-dropped', async (t) => {
    const worker = await t.main();
    for (const magic of Object.values(TELEMETRY_MAGIC))
      worker.sendBytes(Buffer.from(`${magic}\u0000\u0001{not json`));
    assert.deepEqual(await t.set('a', 1), { old_value: null, new_value: 1 });
  }),
  documented('a-service-may-be-registered', async (t) => {
    (await t.main()).send({ type: WORKER_MESSAGE.registerService, id: t.name('service'), name: 'a service' });
    await t.set('a', 1);
  }),
  documented('a-trigger-type-may-be-taken-back', async (t) => {
    const worker = await t.main();
    const id = t.name('type');
    worker.send({ type: WORKER_MESSAGE.registerTriggerType, id, description: 'a type' });
    worker.send({ type: WORKER_MESSAGE.unregisterTriggerType, id });
    await t.set('a', 1);
  }),
  strict('nonsense-does-not-end-the-connection', async (t) => {
    const worker = await t.main();
    for (const text of ['not json', '7', 'null', '[]', '{}', '{"type":"nonsense"}', '{"type":7}'])
      worker.sendText(text);
    assert.deepEqual(await t.set('a', 1), { old_value: null, new_value: 1 });
  }),
  strict('unknown-fields-of-messages-are-ignored', async (t) => {
    const worker = await t.main();
    const data = { ...t.at, item_id: 'a', data: 1 };
    worker.sendText(
      JSON.stringify({
        type: WORKER_MESSAGE.invokeFunction,
        function_id: FUNCTION.set,
        data,
        unknown: { deep: [1] },
      }),
    );
    assert.equal(await t.get('a'), 1);
  }),
  strict('an-abrupt-end-of-one-worker-leaves-the-others-alone', async (t) => {
    const gone = await t.worker();
    gone.void(FUNCTION.set, { ...t.at, item_id: 'a', data: 1 });
    gone.terminate();
    assert.deepEqual((await t.set('b', 2)).new_value, 2);
  }),
];
