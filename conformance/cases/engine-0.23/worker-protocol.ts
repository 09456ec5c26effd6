import assert from 'node:assert/strict';
import {
  ENGINE_FUNCTION,
  ENGINE_PREFIX,
  FUNCTION,
  INVOCATION_ERROR,
  TRIGGER_TYPE,
} from '../../../generated/constants.js';
import { type Case, define, type Run } from '../../runner/case.js';
import type { WorkerClient } from '../../wire/worker-client.js';
import { rows } from '../worker-protocol/engine.js';

const newer = define('worker-protocol', 'documented-0.23');

/** A case in whose stead 0.23 has another one. */
const instead = (replaced: string, claim: string, run: Run): Case => ({
  ...newer(claim, run),
  replaces: `worker-protocol/${replaced}`,
});

const engine = (name: string): string => `${ENGINE_PREFIX.internal}${name}`;
const CONFLICT = 'FUNCTION_NAMESPACE_CONFLICT';

/** Waits until the engine refused what this worker registered. */
async function refused(worker: WorkerClient, id: string): Promise<void> {
  for (;;) {
    const message = await worker.others.next('the refusal of a registration');
    if (message.type !== 'unknown' || message.frame.function_id !== id) continue;
    assert.equal(message.frame.code, CONFLICT);
    return;
  }
}

export const newerWorkerProtocolCases = [
  instead('an-unknown-function-is-not-found', 'the-code-tells-an-unknown-function', async (t) => {
    const { code } = await t.error(t.name('nobody'), {});
    assert.equal(code, INVOCATION_ERROR.functionNotFound);
  }),
  instead(
    'the-list-of-functions-has-their-request-formats',
    'functions-info-has-request-schemas',
    async (t) => {
      const info = await t.call(engine('functions::info'), { function_id: FUNCTION.set });
      const { properties } = (info as { request_schema?: { properties?: object } }).request_schema ?? {};
      for (const field of ['stream_name', 'group_id', 'item_id', 'data'])
        assert(field in (properties ?? {}), field);
    },
  ),
  instead(
    'the-list-of-functions-has-what-workers-registered',
    'the-list-of-functions-tells-whose-they-are',
    async (t) => {
      const id = t.name('f');
      const worker = await t.worker();
      worker.on(id, () => 1, { description: 'mine', metadata: { a: 1 } });
      await worker.settle();
      const listed = await rows(t, ENGINE_FUNCTION.listFunctions, 'functions');
      const found = listed.find(({ function_id }) => function_id === id);
      assert.deepEqual([found?.description, found?.metadata], ['mine', { a: 1 }]);
      assert.equal(typeof found?.namespace, 'string');
    },
  ),
  instead(
    'internal-ids-are-listed-on-demand-only',
    'internal-functions-are-listed-on-demand-only',
    async (t) => {
      const { listFunctions } = ENGINE_FUNCTION;
      const isInternal = ({ function_id }: Readonly<Record<string, unknown>>): boolean =>
        String(function_id).startsWith(ENGINE_PREFIX.internal);
      assert(!(await rows(t, listFunctions, 'functions')).some(isInternal));
      assert((await rows(t, listFunctions, 'functions', { include_internal: true })).some(isInternal));
    },
  ),
  instead(
    'the-list-of-trigger-types-has-the-three',
    'the-list-of-triggers-has-the-three-types',
    async (t) => {
      const ids = new Set((await rows(t, ENGINE_FUNCTION.listTriggers, 'triggers')).map(({ id }) => id));
      for (const id of Object.values(TRIGGER_TYPE)) assert(ids.has(id), `expected ${id} to be listed`);
    },
  ),
  instead(
    'the-list-of-triggers-has-what-workers-registered',
    'the-list-of-registered-triggers-has-them',
    async (t) => {
      const worker = await t.worker();
      const functionId = t.name('f');
      worker.on(functionId, () => undefined);
      await worker.settle();
      const id = worker.trigger(TRIGGER_TYPE.stream, functionId, { stream_name: t.at.stream_name });
      await worker.roundTrip();
      const listed = await rows(t, engine('registered-triggers::list'), 'registered_triggers');
      const found = listed.find((row) => row.id === id);
      assert.deepEqual(
        [found?.trigger_type, found?.function_id, found?.config],
        [TRIGGER_TYPE.stream, functionId, { stream_name: t.at.stream_name }],
      );
    },
  ),
  instead(
    'the-list-of-workers-has-those-that-are-connected',
    'the-list-of-workers-has-their-status',
    async (t) => {
      await (await t.worker()).id();
      const listed = await rows(t, ENGINE_FUNCTION.listWorkers, 'workers');
      assert(listed.length >= 2);
      for (const { id, status } of listed) assert.deepEqual([typeof id, typeof status], ['string', 'string']);
    },
  ),
  instead(
    'a-newer-registration-takes-a-function-over',
    'a-second-offer-of-a-function-is-refused',
    async (t) => {
      const id = t.name('f');
      const [owner, second] = [await t.worker(), await t.worker()];
      owner.on(id, () => 'first');
      await owner.settle();
      second.on(id, () => 'second');
      second.announce();
      await refused(second, id);
      assert.equal(await t.call(id, {}), 'first');
    },
  ),
  instead(
    'the-end-of-an-older-worker-leaves-the-newer-ones-function',
    'the-end-of-a-refused-worker-leaves-the-owners-function',
    async (t) => {
      const id = t.name('f');
      const [owner, second] = [await t.worker(), await t.worker()];
      owner.on(id, () => 'first');
      await owner.settle();
      second.on(id, () => 'second');
      second.announce();
      await refused(second, id);
      await second.close();
      await (await t.worker()).id();
      assert.equal(await t.call(id, {}), 'first');
    },
  ),
  instead('the-trace-context-travels-with-a-call', 'the-engine-adds-to-the-baggage-of-a-call', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, (_data: unknown, { traceparent, baggage }) => ({ traceparent, baggage }));
    await worker.settle();
    const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, baggage: 'user=7' };
    const got = (await (await t.main()).call(id, {}, trace)) as typeof trace;
    assert(got.baggage.split(/\s*,\s*/).includes('user=7'), `baggage is ${got.baggage}`);
    assert.equal(got.traceparent.split('-')[1], 'a'.repeat(32));
  }),
];
