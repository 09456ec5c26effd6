import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ERROR_CODE, FUNCTION, STREAM_EVENT } from '../../generated/constants.js';
import { area } from '../runner/case.js';
import type { Context } from '../runner/context.js';
import type { At } from '../runner/functions.js';
import { CallFailed } from '../wire/faults.js';
import { HandlerError } from '../wire/wiring.js';
import type { WorkerClient } from '../wire/worker-client.js';
import { onStream, short } from './triggers/setup.js';

const { documented, strict } = area('custom-streams', { needs: ['custom-streams'] });
const { sync, create, update, delete: removed } = STREAM_EVENT;

type Input = Readonly<Record<string, unknown>>;
type Implementation = Partial<
  Record<'get' | 'set' | 'delete' | 'list' | 'listGroups', (input: Input) => unknown>
>;

/** Group and item of calls that only ask whether the stream's functions are in force. */
const PROBE = 'conformance-probe';

/** What calls a function of the stream, with an effect on nothing but the probe's group. */
const PROBES: Readonly<Record<keyof Implementation, (t: Context, at: At) => Promise<unknown>>> = {
  get: (t, at) => t.get(PROBE, at),
  list: (t, at) => t.list(at),
  delete: (t, at) => t.delete(PROBE, at),
  set: (t, at) => t.set(PROBE, PROBE, at),
  listGroups: (t) => t.listGroups(),
};

/**
 * Implements the case's stream, as an SDK's `createStream` does, and waits until the functions are called; returns what
 * each was called with.
 */
async function implement(
  t: Context,
  functions: Implementation,
): Promise<{ worker: WorkerClient; calls: [string, Input][] }> {
  const calls: [string, Input][] = [];
  const called = new Set<string>();
  const worker = await t.worker();
  for (const [key, run] of Object.entries(functions)) {
    worker.on(`${FUNCTION[key as keyof Implementation]}(${t.at.stream_name})`, (input: Input) => {
      called.add(key);
      if (input.group_id !== PROBE) calls.push([key, input]);
      return run(input);
    });
  }
  await worker.settle();
  // One is enough: they were registered together. The first of the list has the least effect.
  const key = (Object.keys(PROBES) as (keyof Implementation)[]).find((one) => one in functions);
  assert(key !== undefined, 'a stream has a function');
  const probing = async (): Promise<void> => {
    for (let pause = 2; !called.has(key); pause = Math.min(pause * 2, 250)) {
      await PROBES[key](t, { ...t.at, group_id: PROBE }).catch(ignoreFailure);
      if (!called.has(key)) await delay(pause);
    }
  };
  await t.waits.for(`a call of the stream's own ${FUNCTION[key]}`, probing(), 'functions of custom streams');
  return { worker, calls };
}

/** A function may fail on purpose: it was called. */
function ignoreFailure(error: unknown): void {
  if (!(error instanceof CallFailed)) throw error;
}

/** Keeps values as the built-in storage would. */
function memory(): { functions: Implementation; values: Map<unknown, unknown> } {
  const values = new Map<unknown, unknown>();
  const functions: Implementation = {
    get: ({ item_id }) => values.get(item_id) ?? null,
    set: ({ item_id, data }) => {
      const old_value = values.get(item_id) ?? null;
      values.set(item_id, data);
      return { old_value, new_value: data };
    },
    delete: ({ item_id }) => {
      const old_value = values.get(item_id) ?? null;
      values.delete(item_id);
      return { old_value };
    },
    list: () => [...values.values()],
    listGroups: () => ['mine'],
  };
  return { functions, values };
}

const pick = ({ stream_name, group_id, item_id, data }: Input): Input => ({
  stream_name,
  group_id,
  item_id,
  data,
});

export const customStreamCases = [
  documented('set-calls-the-function-of-the-stream', async (t) => {
    const { calls } = await implement(t, memory().functions);
    await t.set('a', { n: 1 });
    const sets = calls.filter(([key]) => key === 'set');
    assert.deepEqual(
      sets.map(([, input]) => pick(input)),
      [{ ...t.at, item_id: 'a', data: { n: 1 } }],
    );
  }),
  documented('get-answers-what-the-function-returns', async (t) => {
    await implement(t, { get: ({ item_id }) => ({ found: item_id }) });
    assert.deepEqual(await t.get('a'), { found: 'a' });
  }),
  documented('set-answers-what-the-function-returns', async (t) => {
    await implement(t, { set: () => ({ old_value: null, new_value: { changed: true } }) });
    assert.deepEqual((await t.set('a', 1)).new_value, { changed: true });
  }),
  documented('delete-answers-what-the-function-returns', async (t) => {
    const { functions, values } = memory();
    await implement(t, functions);
    values.set('a', 7);
    assert.deepEqual((await t.delete('a')).old_value, 7);
    assert(!values.has('a'));
  }),
  documented('list-answers-what-the-function-returns', async (t) => {
    await implement(t, { list: () => [3, 1, 2] });
    assert.deepEqual(await t.list(), [3, 1, 2]);
  }),
  documented('list-groups-answers-what-the-function-returns', async (t) => {
    await implement(t, memory().functions);
    assert.deepEqual(await t.listGroups(), ['mine']);
  }),
  documented('subscribers-get-what-the-function-returned', async (t) => {
    const { client } = await t.follow();
    await implement(t, { set: () => ({ old_value: null, new_value: 'changed' }) });
    await t.set('a', 1);
    assert.deepEqual(await client.take(1), [[create, 'a', 'changed']]);
  }),
  documented('the-old-value-tells-an-update-from-a-create', async (t) => {
    const { client } = await t.follow();
    await implement(t, memory().functions);
    await t.set('a', 1);
    await t.set('a', 2);
    await t.delete('a');
    assert.deepEqual(await client.take(3), [
      [create, 'a', 1],
      [update, 'a', 2],
      [removed, 'a', 2],
    ]);
  }),
  documented('triggers-get-what-the-function-returned', async (t) => {
    const { calls } = await onStream(t);
    await implement(t, { set: () => ({ old_value: null, new_value: 'changed' }) });
    await t.set('a', 1);
    assert.deepEqual(short(await calls.next('a create')), [create, 'a', 'changed']);
  }),
  documented('a-join-syncs-from-the-functions', async (t) => {
    await implement(t, { list: () => [{ id: 'x', n: 1 }] });
    const { sync: message } = await t.follow();
    assert.deepEqual(message.event, { type: sync, data: [{ id: 'x', n: 1 }] });
  }),
  strict('an-item-join-syncs-from-get', async (t) => {
    await implement(t, { ...memory().functions, get: ({ item_id }) => ({ found: item_id }) });
    const { sync: message } = await t.follow({ id: 'a' });
    assert.deepEqual(message.event, { type: sync, data: { found: 'a' } });
  }),
  documented('the-built-in-storage-keeps-nothing-of-it', async (t) => {
    const { worker } = await implement(t, memory().functions);
    await t.set('a', 1);
    await worker.close();
    const { stream } = await t.listAll();
    assert(!stream.some(({ id }) => id === t.at.stream_name));
  }),
  documented('other-streams-stay-built-in', async (t) => {
    const { calls } = await implement(t, memory().functions);
    const other = { ...t.at, stream_name: t.name('other') };
    await t.set('a', 1, other);
    assert.equal(await t.get('a', other), 1);
    assert.deepEqual(calls, []);
  }),
  documented('a-function-that-is-not-offered-stays-built-in', async (t) => {
    await t.set('a', 1);
    await implement(t, { list: () => ['mine'] });
    assert.equal(await t.get('a'), 1);
    assert.deepEqual(await t.list(), ['mine']);
  }),
  strict('a-function-that-fails-fails-the-call', async (t) => {
    const { client } = await t.follow();
    await implement(t, {
      set: () => {
        throw new HandlerError('full', 'no room');
      },
    });
    const { code, message } = await t.error(FUNCTION.set, { ...t.at, item_id: 'a', data: 1 });
    assert.equal(code, ERROR_CODE.set);
    assert(message.includes('no room'), `expected "${message}" to say why`);
    assert.deepEqual(await t.before(client), []);
  }),
  strict('update-applies-ops-between-get-and-set', async (t) => {
    const { functions, values } = memory();
    await implement(t, functions);
    values.set('a', { n: 1 });
    const { new_value } = await t.update('a', [{ type: 'increment', path: 'n', by: 2 }]);
    assert.deepEqual(new_value, { n: 3 });
    assert.deepEqual(values.get('a'), { n: 3 });
  }),
  strict('a-delete-of-nothing-is-not-announced', async (t) => {
    const { client } = await t.follow();
    await implement(t, memory().functions);
    await t.delete('a');
    assert.deepEqual(await t.before(client), []);
  }),
];
