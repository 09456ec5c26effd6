import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from '../../../domain/json-text.js';
import { type Frame, RawWorker } from '../../testing/raw-worker.js';
import { type Embedded, startEmbedded } from '../../testing/start.js';
import { until } from '../../testing/until.js';

const observe = (id: string, more: Frame = {}, source: Frame = {}) => ({
  type: 'observe',
  id,
  source: { function_id: 'stream::on-changed', ...source },
  target: { function_id: 'seen' },
  ...more,
});

const tell = ({ workers }: Embedded, event: Frame, observeDepth?: number): void =>
  workers.observed(
    'stream::on-changed',
    asJson(JSON.stringify(event)),
    observeDepth === undefined ? undefined : { observeDepth },
  );

const activations = (worker: RawWorker): Frame[] =>
  worker.frames.filter(({ type, function_id }) => type === 'invokefunction' && function_id === 'seen');

const answer = (worker: RawWorker, call: Frame | undefined): void =>
  worker.send({ type: 'invocationresult', invocation_id: call?.invocation_id, function_id: 'seen' });

async function connect(engine: Embedded): Promise<RawWorker> {
  const worker = await RawWorker.connect(engine.url);
  worker.send({ type: 'registerfunction', id: 'seen' });
  await worker.settled();
  return worker;
}

test('an observer is told of the events that its filter lets through, in their order, with its metadata', async () => {
  await using engine = await startEmbedded();
  await using worker = await connect(engine);
  assert.deepEqual(worker.frames[0]?.features, ['observe.v1']);
  assert.equal(engine.workers.isObserved('stream::on-changed'), false);
  const filters = { 'input.stream_name': { $eq: 'chat' } };
  worker.send(observe('o', { metadata: { tag: 'm' } }, { filters }));
  const result = await worker.frame({ type: 'observeresult' });
  assert.deepEqual(result, { type: 'observeresult', id: 'o', state: 'active' });
  for (const n of [1, 2, 3]) tell(engine, { stream_name: n === 2 ? 'other' : 'chat', n });
  await worker.settled();
  const [first, second] = activations(worker);
  const { activation_id, invocation_id, started_at_ms, duration_ms, ...data } = first!.data as Frame;
  assert.deepEqual(data, {
    observer_id: 'o',
    function_id: 'stream::on-changed',
    namespace: 'default',
    status: 'success',
    input: { stream_name: 'chat', n: 1 },
    output: { stream_name: 'chat', n: 1 },
    caller: {},
  });
  assert.deepEqual(first?.activation, { observer_id: 'o', activation_id });
  assert.deepEqual(
    [first?.observe_depth, first?.metadata, typeof first?.invocation_id],
    [1, { tag: 'm' }, 'string'],
  );
  assert.equal(((second!.data as Frame).input as Frame).n, 3);
  assert.equal((await worker.frame({ type: 'observerstatechanged' })).fires, 2);
  worker.send({ type: 'unobserve', id: 'o' });
  const ended = await worker.frame({ type: 'observerstatechanged', state: 'disposed' });
  assert.deepEqual([ended.fires, (ended.reason as Frame).code], [2, 'UNOBSERVED']);
  tell(engine, { stream_name: 'chat', n: 4 });
  await worker.settled();
  assert.equal(activations(worker).length, 2);
});

test('what cannot be observed is refused by its code', async () => {
  await using engine = await startEmbedded();
  await using worker = await connect(engine);
  const refused: [string, Frame][] = [
    ['NOT_OBSERVABLE', observe('1', {}, { function_id: 'seen' })],
    ['NOT_OBSERVABLE', observe('2', {}, { namespace: 'team' })],
    ['SELF_TARGET', observe('3', { target: { function_id: 'stream::on-changed' } })],
    ['INVALID_FILTER', observe('4', {}, { filters: { 'input.a': 1 } })],
    ['INVALID_ARGS', observe('5', {}, { args: { a: 1 } })],
    ['INVALID_ARGS', observe('6', {}, { capture: ['everything'] })],
    ['INVALID_ARGS', observe('7', {}, { on: 'never' })],
    ['INVALID_ARGS', observe('8', {}, { deliver: 'by mail' })],
    ['INVALID_ARGS', observe('9', { max_fires: 0 })],
    ['INVALID_ARGS', { ...observe('10'), target: 7 }],
  ];
  for (const [code, frame] of refused) {
    worker.send(frame);
    const { state, error } = await worker.frame({ type: 'observeresult', id: frame.id });
    assert.deepEqual([state, (error as Frame).code], ['error', code], JSON.stringify(frame));
  }
  assert.equal(engine.workers.isObserved('stream::on-changed'), false);
});

test('it waits for its target, and pauses while that is away', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  worker.send(observe('o', {}, { deliver: 'input', capture: ['input'] }));
  assert.equal((await worker.frame({ type: 'observeresult' })).state, 'pending');
  tell(engine, { n: 1 });
  worker.send({ type: 'registerfunction', id: 'seen' });
  await worker.frame({ type: 'observerstatechanged', state: 'active' });
  tell(engine, { n: 2 });
  worker.send({ type: 'unregisterfunction', id: 'seen' });
  const { reason } = await worker.frame({ type: 'observerstatechanged', state: 'suspended' });
  assert.equal((reason as Frame).code, 'TARGET_UNAVAILABLE');
  tell(engine, { n: 3 });
  await worker.settled();
  assert.deepEqual(
    activations(worker).map(({ data }) => data),
    [{ n: 2 }],
  );
});

test('max_in_flight lets the rest wait, in order', async () => {
  await using engine = await startEmbedded();
  await using worker = await connect(engine);
  worker.send(observe('o', { max_in_flight: 2 }, { deliver: 'output' }));
  await worker.settled();
  for (let n = 0; n < 5; n += 1) tell(engine, { n });
  await worker.settled();
  assert.equal(activations(worker).length, 2);
  for (let n = 0; n < 5; n += 1) {
    await until(() => activations(worker).length > n, 'the next');
    answer(worker, activations(worker)[n]);
  }
  assert.deepEqual(
    activations(worker).map(({ data }) => (data as Frame).n),
    [0, 1, 2, 3, 4],
  );
});

test('max_fires and expires_in_ms end it, also across a reconnect that replays it', async () => {
  await using engine = await startEmbedded();
  const first = await connect(engine);
  first.send(observe('o', { max_fires: 3 }), observe('short', { expires_in_ms: 20 }, { deliver: 'input' }));
  const { reason } = await first.frame({ type: 'observerstatechanged', id: 'short', state: 'disposed' });
  assert.equal((reason as Frame).code, 'EXPIRED');
  for (let n = 0; n < 2; n += 1) tell(engine, { n });
  await first[Symbol.asyncDispose]();
  await until(() => !engine.workers.isObserved('stream::on-changed'), 'its end with the connection');
  await using second = await connect(engine);
  second.send({ type: 'reattach', previous_worker_id: 'x' }, observe('o', { max_fires: 3 }));
  await second.frame({ type: 'observeresult', state: 'active' });
  for (let n = 2; n < 5; n += 1) tell(engine, { n });
  const ended = await second.frame({ type: 'observerstatechanged', state: 'disposed' });
  assert.deepEqual([ended.fires, (ended.reason as Frame).code], [3, 'MAX_FIRES']);
  await second.settled();
  assert.equal(activations(second).length, 1);
  second.send(observe('o', { max_fires: 1 }));
  assert.equal(engine.workers.isObserved('stream::on-changed'), false);
});

test('equal observers of two replicas call their target once, and observers in a circle end', async () => {
  await using engine = await startEmbedded();
  const first = await connect(engine);
  await using second = await connect(engine);
  first.send(observe('a'));
  await first.settled();
  second.send(observe('b'));
  await second.settled();
  tell(engine, { n: 1 });
  await second.settled();
  assert.equal(activations(second).length, 1, 'the newest of the two targets');
  await first[Symbol.asyncDispose]();
  await until(
    () => engine.logger.lines.some(({ message }) => message === 'a worker disconnected'),
    'its end',
  );
  tell(engine, { n: 2 }, 7);
  tell(engine, { n: 3 }, 8);
  await second.settled();
  assert.deepEqual(
    activations(second).map(({ data, observe_depth }) => [((data as Frame).input as Frame).n, observe_depth]),
    [
      [1, 1],
      [2, 8],
    ],
  );
  assert.ok(engine.logger.lines.some(({ facts }) => (facts as Frame).code === 'LOOP_GUARD'));
});
