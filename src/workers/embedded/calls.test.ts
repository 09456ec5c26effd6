import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawWorker } from '../testing/raw-worker.js';
import { startEmbedded } from '../testing/start.js';

const invoke = (id: string, function_id: string, data?: unknown) => ({
  type: 'invokefunction',
  invocation_id: id,
  function_id,
  data,
});

test('a worker is greeted, and its calls take effect in the order sent', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  worker.send(
    { ...invoke('0', 'stream::set', { item_id: 'a', data: 1 }), action: { type: 'void' } },
    invoke('1', 'stream::get', { item_id: 'a' }),
    invoke('2', 'stream::set', { item_id: 'a', data: 2 }),
    invoke('3', 'stream::get', { item_id: 'b' }),
  );
  await worker.frame({ invocation_id: '3' });
  assert.equal(worker.frames[0]?.type, 'workerregistered');
  assert.match(String(worker.frames[0]?.worker_id), /^[0-9a-f-]{36}$/);
  assert.deepEqual(worker.frames.slice(1), [
    { type: 'invocationresult', invocation_id: '1', function_id: 'stream::get', result: 1 },
    {
      type: 'invocationresult',
      invocation_id: '2',
      function_id: 'stream::set',
      result: { old_value: 1, new_value: 2 },
    },
    { type: 'invocationresult', invocation_id: '3', function_id: 'stream::get' },
  ]);
});

test('what cannot be called says so', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  worker.send(
    invoke('1', 'nope'),
    { ...invoke('2', 'stream::set', {}), action: { type: 'enqueue', queue: 'jobs' } },
    invoke('3', 'stream::send', {}),
  );
  const unknown = await worker.frame({ invocation_id: '1' });
  assert.deepEqual(unknown.error, { code: 'function_not_found', message: 'Function nope not found' });
  const enqueued = await worker.frame({ invocation_id: '2' });
  assert.equal((enqueued.error as { code: string }).code, 'enqueue_error');
  const thrown = await worker.frame({ invocation_id: '3' });
  assert.equal((thrown.error as { code: string }).code, 'invocation_failed');
  assert.equal(engine.service.values.size, 0);
});

test('workers call each other: the payload stays as written, and tells who calls', async () => {
  await using engine = await startEmbedded();
  await using callee = await RawWorker.connect(engine.url);
  await using caller = await RawWorker.connect(engine.url);
  callee.send({ type: 'registerfunction', id: 'double' });
  await callee.settled();
  caller.send(
    '{"type":"invokefunction","invocation_id":"x","function_id":"double","traceparent":"tp","baggage":"b=1",' +
      '"data":{"n":1.50,"_caller_worker_id":"somebody else"}}',
  );
  const call = await callee.frame({ type: 'invokefunction', function_id: 'double' });
  assert.deepEqual(call.data, { n: 1.5, _caller_worker_id: caller.frames[0]?.worker_id });
  assert.equal(call.traceparent, 'tp');
  assert.equal(call.baggage, 'b=1');
  const text: string[] = [];
  caller.ws.on('message', (data) => text.push(String(data)));
  callee.send(
    `{"type":"invocationresult","invocation_id":"${call.invocation_id}","function_id":"double","result":9007199254740993}`,
  );
  await caller.frame({ invocation_id: 'x' });
  assert.match(text[0] ?? '', /"result":9007199254740993[,}]/);
});

test('only the worker that was asked can answer', async () => {
  await using engine = await startEmbedded();
  await using callee = await RawWorker.connect(engine.url);
  await using caller = await RawWorker.connect(engine.url);
  callee.send({ type: 'registerfunction', id: 'f' });
  await callee.settled();
  caller.send(invoke('x', 'f', 7));
  const { invocation_id, data } = await callee.frame({ function_id: 'f' });
  assert.equal(data, 7);
  caller.send({ type: 'invocationresult', invocation_id, function_id: 'f', result: 'forged' });
  await caller.settled();
  callee.send({ type: 'invocationresult', invocation_id, function_id: 'f', result: 'true' });
  assert.equal((await caller.frame({ invocation_id: 'x' })).result, 'true');
});

test('a call ends once when its worker vanishes, and when its time is up', async () => {
  await using engine = await startEmbedded({ limits: { invocation_timeout_ms: 60 } });
  await using callee = await RawWorker.connect(engine.url);
  callee.send({ type: 'registerfunction', id: 'f' });
  await callee.settled();
  const calls: string[] = [];
  const invoked = (name: string, timeoutMs?: number) =>
    new Promise<void>((resolve) => {
      engine.workers.invoke('f', '{}' as never, timeoutMs === undefined ? {} : { timeoutMs }, (failure) => {
        calls.push(`${name} ${failure?.code}`);
        resolve();
      });
    });
  const stopped = invoked('long', 60_000);
  await invoked('short');
  callee.ws.terminate();
  await stopped;
  await invoked('after');
  assert.deepEqual(calls, [
    'short invocation_timeout',
    'long invocation_stopped',
    'after function_not_found',
  ]);
  assert.equal(engine.workers.has('f'), false);
});

test('unanswered calls are bounded, and a late answer frees nothing twice', async () => {
  await using engine = await startEmbedded({ limits: { max_pending_invocations: 2 } });
  await using callee = await RawWorker.connect(engine.url);
  callee.send({ type: 'registerfunction', id: 'f' });
  await callee.settled();
  for (const id of ['1', '2', '3']) callee.send(invoke(id, 'f', {}));
  const refused = await callee.frame({ type: 'invocationresult', invocation_id: '3' });
  assert.equal((refused.error as { code: string }).code, 'overloaded');
  const { invocation_id } = await callee.frame({ type: 'invokefunction' });
  const answer = { type: 'invocationresult', invocation_id, function_id: 'f', result: 1 };
  callee.send(answer, answer, invoke('4', 'f', {}), invoke('5', 'f', {}));
  const next = await callee.frame({ type: 'invocationresult', invocation_id: '5' });
  assert.equal((next.error as { code: string }).code, 'overloaded');
  assert.equal(callee.frames.filter(({ type }) => type === 'invokefunction').length, 3);
});

test('a worker that calls faster than it is answered waits, and loses nothing', async () => {
  await using engine = await startEmbedded({ limits: { max_pending_invocations: 4 } });
  await using worker = await RawWorker.connect(engine.url);
  let release = (): void => {};
  engine.service.slow = new Promise((resolve) => {
    release = resolve;
  });
  const padding = 'x'.repeat(256 * 1024);
  const slow = {
    type: 'invokefunction',
    function_id: 'stream::list_all',
    data: padding,
    action: { type: 'void' },
  };
  worker.send(...Array.from({ length: 60 }, () => slow), invoke('last', 'stream::get', {}));
  await using other = await RawWorker.connect(engine.url);
  for (let turn = 0; turn < 20; turn += 1) await other.settled();
  assert.ok(engine.service.traces.length < 20, `took ${engine.service.traces.length} calls`);
  release();
  await worker.frame({ invocation_id: 'last' });
  assert.equal(engine.service.traces.length, 61);
});

test('the metadata of a call reaches the callee as it was written, null being none', async () => {
  await using engine = await startEmbedded();
  await using callee = await RawWorker.connect(engine.url);
  await using caller = await RawWorker.connect(engine.url);
  callee.send({ type: 'registerfunction', id: 'f' });
  await callee.settled();
  const text: string[] = [];
  callee.ws.on('message', (data) => text.push(String(data)));
  const call = (id: string, metadata: string) =>
    `{"type":"invokefunction","invocation_id":"${id}","function_id":"f","data":1,"metadata":${metadata}}`;
  caller.send(call('1', '{"n":1.50}'), call('2', 'null'));
  caller.send({ type: 'invokefunction', function_id: 'f', metadata: 'void', action: { type: 'void' } });
  await callee.frame({ metadata: 'void' });
  assert.match(text[0] ?? '', /"metadata":\{"n":1\.50\}/);
  assert.ok(!text[1]?.includes('metadata'));
});
