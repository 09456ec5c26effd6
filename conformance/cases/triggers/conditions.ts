import assert from 'node:assert/strict';
import { STREAM_EVENT, TRIGGER_TYPE } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';
import { HandlerError } from '../../wire/wiring.js';
import { isProbe } from './probe.js';
import {
  type Bound,
  bindUnprobed,
  firedBefore,
  onJoin,
  onStream,
  type StreamPayload,
  short,
} from './setup.js';

const { documented, strict } = area('triggers');
const { create } = STREAM_EVENT;

/** Lets markers and probes pass, whatever it says about the rest. */
const isMarker = (payload: StreamPayload): boolean =>
  isProbe(payload) || (payload.id?.startsWith('marker') ?? false);

async function conditional(
  t: Context,
  condition: (payload: StreamPayload) => unknown,
): Promise<Bound<StreamPayload> & { asked: StreamPayload[] }> {
  const asked: StreamPayload[] = [];
  const worker = await t.worker();
  const id = t.name('condition');
  worker.on(id, (payload: StreamPayload) => {
    if (isMarker(payload)) return true;
    asked.push(payload);
    return condition(payload);
  });
  await worker.settle();
  return { ...(await onStream(t, { condition_function_id: id })), asked };
}

export const conditionCases = [
  documented('a-condition-that-says-false-skips-the-handler', async (t) => {
    const { calls } = await conditional(t, () => false);
    await t.set('a', 1);
    assert.deepEqual(await firedBefore(t, calls), []);
  }),
  documented('a-condition-that-says-true-runs-the-handler', async (t) => {
    const { calls } = await conditional(t, () => true);
    await t.set('a', 1);
    assert.deepEqual(short(await calls.next('a create')), [create, 'a', 1]);
  }),
  documented('a-condition-without-a-result-runs-the-handler', async (t) => {
    const { calls } = await conditional(t, () => undefined);
    await t.set('a', 1);
    assert.deepEqual(short(await calls.next('a create')), [create, 'a', 1]);
  }),
  documented('a-condition-that-says-anything-else-runs-the-handler', async (t) => {
    const answers: unknown[] = [null, 0, '', 'false', {}, []];
    const { calls } = await conditional(t, ({ event }) => answers[event.data as number]);
    for (const i of answers.keys()) {
      await t.set('a', i);
      assert.equal(
        (await calls.next(`a change with the answer ${JSON.stringify(answers[i])}`)).event.data,
        i,
      );
    }
  }),
  documented('a-condition-gets-the-payload-of-the-handler', async (t) => {
    const { calls, asked } = await conditional(t, () => true);
    await t.set('a', { n: 1 });
    const payload = await calls.next('a create');
    assert.deepEqual(asked, [payload]);
  }),
  documented('a-condition-that-fails-skips-the-handler', async (t) => {
    const { calls } = await conditional(t, () => {
      throw new HandlerError('broken', 'on purpose');
    });
    await t.set('a', 1);
    assert.deepEqual(await firedBefore(t, calls), []);
  }),
  documented('a-condition-that-nobody-offers-skips-the-handler', async (t) => {
    const config = { stream_name: t.at.stream_name, condition_function_id: t.name('nobody') };
    const { calls } = await bindUnprobed<StreamPayload>(t, TRIGGER_TYPE.stream, config);
    const { calls: others } = await onStream(t);
    await t.set('a', 1);
    await others.next('the other trigger');
    await firedBefore(t, others);
    assert.deepEqual(calls.drain(), []);
  }),
  documented('a-condition-decides-change-by-change', async (t) => {
    const { calls } = await conditional(t, ({ event }) => (event.data as number) % 2 === 0);
    for (let i = 0; i < 6; i++) await t.set('a', i);
    const data = (await calls.take(3, 'a change')).map(({ event }) => event.data);
    assert.deepEqual(data, [0, 2, 4]);
  }),
  strict('handlers-run-in-commit-order-however-slow-a-condition-is', async (t) => {
    const held: (() => void)[] = [];
    const { calls } = await conditional(t, ({ event }) => {
      // The first answer comes only after the last question: whoever does not queue runs the others first.
      if (event.data === 9) for (const release of held) release();
      if (event.data !== 0) return true;
      return new Promise((resolve) => held.push(() => resolve(true)));
    });
    for (let i = 0; i < 10; i++) await t.set('a', i);
    const data = (await calls.take(10, 'a change')).map(({ event }) => event.data);
    assert.deepEqual(
      data,
      data.map((_, i) => i),
    );
  }),
  documented('a-condition-of-a-join-skips-its-handler', async (t) => {
    const worker = await t.worker();
    const id = t.name('condition');
    worker.on(id, ({ group_id }: { group_id: string }) => group_id !== 'skipped');
    await worker.settle();
    const { calls } = await onJoin(t, { condition_function_id: id });
    await t.follow({}, { ...t.at, group_id: 'skipped' });
    await t.follow();
    assert.equal((await calls.next('a join')).group_id, t.at.group_id);
  }),
];
