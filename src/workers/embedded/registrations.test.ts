import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FUNCTION_DESCRIPTORS } from '../../../generated/descriptors.js';
import { type Frame, RawWorker } from '../testing/raw-worker.js';
import { startEmbedded } from '../testing/start.js';

const list = async (worker: RawWorker, function_id: string, data: unknown = {}): Promise<Frame> => {
  const invocation_id = crypto.randomUUID();
  worker.send({ type: 'invokefunction', invocation_id, function_id, data });
  return (await worker.frame({ invocation_id })).result as Frame;
};
const idsIn = (entries: unknown, key: string) => (entries as Frame[]).map((entry) => entry[key]);

test('a newer connection takes a function over, and the older one’s close does not remove it', async () => {
  await using engine = await startEmbedded();
  const older = await RawWorker.connect(engine.url);
  await using newer = await RawWorker.connect(engine.url);
  for (const worker of [older, newer]) {
    worker.send({ type: 'registerfunction', id: 'f' });
    worker.send({ type: 'registertrigger', id: 't', trigger_type: 'stream', function_id: 'f', config: {} });
    await worker.settled();
  }
  older.send({ type: 'unregisterfunction', id: 'f' }, { type: 'unregistertrigger', id: 't' });
  await older.settled();
  await older[Symbol.asyncDispose]();
  await newer.settled();
  engine.workers.notify('f', '1' as never, undefined);
  await newer.frame({ type: 'invokefunction', function_id: 'f', data: 1 });
  assert.deepEqual([...engine.service.triggers.keys()], ['t']);
  assert.deepEqual(engine.service.log, ['start t', 'start t']);
});

test('functions and triggers go with their connection', async () => {
  await using engine = await startEmbedded();
  const worker = await RawWorker.connect(engine.url);
  worker.send({ type: 'registerfunction', id: 'f' });
  worker.send({
    type: 'registertrigger',
    id: 't',
    trigger_type: 'stream:join',
    function_id: 'f',
    config: {},
  });
  worker.send({ type: 'registertrigger', id: 'bad', trigger_type: 'stream', function_id: 'f', config: null });
  await worker.settled();
  assert.deepEqual(
    [...engine.service.triggers.values()],
    [{ id: 't', triggerType: 'stream:join', functionId: 'f', config: {} }],
  );
  assert.ok(engine.logger.lines.some(({ message }) => message === 'refused a trigger'));
  assert.deepEqual(
    worker.frames.filter(({ type }) => type === 'triggerregistrationresult'),
    [
      {
        type: 'triggerregistrationresult',
        id: 'bad',
        trigger_type: 'stream',
        function_id: 'f',
        error: { code: 'trigger_registration_failed', message: 'config: must be object' },
      },
    ],
  );
  await worker[Symbol.asyncDispose]();
  await using witness = await RawWorker.connect(engine.url);
  await witness.settled();
  assert.equal(engine.service.triggers.size, 0);
  assert.equal(engine.workers.has('f'), false);
  assert.equal(engine.workers.notify('f', '1' as never, undefined), false);
});

test('a trigger waits for its type, and follows it from worker to worker', async () => {
  await using engine = await startEmbedded();
  await using user = await RawWorker.connect(engine.url);
  user.send({ type: 'registertrigger', id: 't', trigger_type: 'cron', function_id: 'f', config: { at: 1 } });
  await user.settled();
  const warning = engine.logger.lines.find(({ level }) => level === 'warn');
  assert.match(
    warning?.message ?? '',
    /^a trigger waits for its type cron, which nobody offers: correct the name/,
  );
  assert.deepEqual(warning?.facts, {
    worker: user.frames[0]?.worker_id,
    name: undefined,
    trigger: 't',
    triggerType: 'cron',
    function: 'f',
    offered: [
      'engine::functions-available',
      'engine::workers-available',
      'stream:join',
      'stream:leave',
      'stream',
    ],
  });
  await using first = await RawWorker.connect(engine.url);
  first.send({ type: 'registertriggertype', id: 'cron', description: 'clock' });
  const relayed = {
    type: 'registertrigger',
    id: 't',
    trigger_type: 'cron',
    function_id: 'f',
    config: { at: 1 },
  };
  assert.deepEqual(await first.frame({ type: 'registertrigger' }), relayed);
  await using second = await RawWorker.connect(engine.url);
  second.send({ type: 'registertriggertype', id: 'cron', description: 'better clock' });
  assert.deepEqual(await second.frame({ type: 'registertrigger' }), relayed);
  assert.deepEqual(await first.frame({ type: 'unregistertrigger' }), {
    type: 'unregistertrigger',
    id: 't',
    trigger_type: 'cron',
  });
  const refusal = {
    type: 'triggerregistrationresult',
    id: 't',
    trigger_type: 'cron',
    function_id: 'f',
    error: { code: 'x', message: 'no' },
  };
  first.send({ ...refusal, error: { code: 'forged', message: 'it offers the type no more' } });
  await first.settled();
  second.send(refusal);
  assert.deepEqual(await user.frame({ type: 'triggerregistrationresult' }), refusal);
  user.send({ type: 'unregistertrigger', id: 't' });
  await second.frame({ type: 'unregistertrigger', id: 't' });
  assert.ok(engine.logger.lines.some(({ message }) => message === 'a worker refused a trigger'));
});

test('a worker may stand in for our functions and trigger types, until it goes', async () => {
  await using engine = await startEmbedded();
  await using user = await RawWorker.connect(engine.url);
  user.send({ type: 'registertrigger', id: 't', trigger_type: 'stream', function_id: 'f', config: {} });
  await user.settled();
  const stand = await RawWorker.connect(engine.url);
  stand.send({ type: 'registerfunction', id: 'stream::get' });
  stand.send({ type: 'registertriggertype', id: 'stream', description: 'mine' });
  await stand.frame({ type: 'registertrigger', id: 't' });
  assert.deepEqual(engine.service.log, ['start t', 'end t']);
  user.send({ type: 'invokefunction', invocation_id: '1', function_id: 'stream::get', data: {} });
  await stand.frame({ type: 'invokefunction', function_id: 'stream::get' });
  await stand[Symbol.asyncDispose]();
  assert.equal(((await user.frame({ invocation_id: '1' })).error as Frame).code, 'invocation_stopped');
  assert.equal(await list(user, 'stream::get', { item_id: 'x' }), undefined);
  assert.deepEqual(engine.service.log, ['start t', 'end t', 'start t']);
});

test('lists show everything, the engine’s own only when asked', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  worker.send(
    { type: 'registerservice', id: 's', name: 'a service' },
    {
      type: 'registerfunction',
      id: 'f',
      description: 'd',
      metadata: { a: 1 },
      request_format: { type: 'object' },
    },
    {
      type: 'registertrigger',
      id: 't',
      trigger_type: 'none',
      function_id: 'f',
      config: { c: 1 },
      metadata: 1,
    },
  );
  worker.send({
    type: 'invokefunction',
    function_id: 'engine::workers::register',
    data: { name: 'me', pid: 1, os: 7 },
  });
  const functions = (await list(worker, 'engine::functions::list')).functions as Frame[];
  assert.deepEqual(functions.at(-1), {
    function_id: 'f',
    description: 'd',
    metadata: { a: 1 },
    request_format: { type: 'object' },
  });
  const get = functions.find(({ function_id }) => function_id === 'stream::get');
  assert.equal(get?.description, 'Get a value from a stream');
  assert.ok(get?.request_format && get.response_format);
  assert.equal(functions.length, FUNCTION_DESCRIPTORS.length + 1);
  const all = await list(worker, 'engine::functions::list', { include_internal: true });
  assert.ok(idsIn(all.functions, 'function_id').includes('engine::workers::list'));
  const types = await list(worker, 'engine::trigger-types::list', null);
  assert.deepEqual(idsIn(types.trigger_types, 'id').sort(), ['stream', 'stream:join', 'stream:leave']);
  assert.deepEqual(await list(worker, 'engine::triggers::list', []), {
    triggers: [{ id: 't', trigger_type: 'none', function_id: 'f', config: { c: 1 }, metadata: 1 }],
  });
  const { workers, timestamp } = await list(worker, 'engine::workers::list');
  assert.equal(typeof timestamp, 'number');
  const { connected_at_ms, ...facts } = (workers as Frame[])[0] ?? {};
  assert.equal(typeof connected_at_ms, 'number');
  assert.deepEqual(facts, {
    id: worker.frames[0]?.worker_id,
    name: 'me',
    pid: 1,
    ip_address: '127.0.0.1',
    status: 'connected',
    function_count: 1,
    functions: ['f'],
    active_invocations: 0,
  });
});

test('whoever asked hears once per turn that functions appeared or vanished', async () => {
  await using engine = await startEmbedded();
  await using watcher = await RawWorker.connect(engine.url);
  watcher.send({ type: 'registerfunction', id: 'changed' });
  watcher.send({
    type: 'registertrigger',
    id: 't',
    trigger_type: 'engine::functions-available',
    function_id: 'changed',
    config: {},
  });
  await watcher.settled();
  const worker = await RawWorker.connect(engine.url);
  const burst = ['a', 'b', 'a'].map((id) => JSON.stringify({ type: 'registerfunction', id }));
  worker.send(...burst);
  await worker.settled();
  await watcher.settled();
  const events = () =>
    watcher.frames.filter(({ function_id, type }) => function_id === 'changed' && type === 'invokefunction');
  assert.ok(events().length >= 1 && events().length <= 2);
  const { event, functions } = events().at(-1)!.data as Frame;
  assert.equal(event, 'functions_changed');
  assert.deepEqual(idsIn(functions, 'function_id').slice(-3), ['changed', 'a', 'b']);
  const before = events().length;
  worker.send({ type: 'registerfunction', id: 'a' });
  await worker.settled();
  await watcher.settled();
  assert.equal(events().length, before, 'a registration again changes nothing');
  await worker[Symbol.asyncDispose]();
  await watcher.settled();
  await watcher.settled();
  assert.deepEqual(idsIn((events().at(-1)!.data as Frame).functions, 'function_id').slice(-1), ['changed']);
});

test('functions, workers, types and triggers are told in the shapes of engines since 0.23', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  const trigger = { id: 't', trigger_type: 'stream', function_id: 'f', config: { stream_name: 's' } };
  worker.send(
    { type: 'registerfunction', id: 'f', description: 'd', request_format: { type: 'object' } },
    { type: 'registertrigger', ...trigger, metadata: { m: 1 } },
  );
  await list(worker, 'engine::workers::register', { name: 'me' });
  const detail = {
    function_id: 'f',
    namespace: 'default',
    worker_name: 'me',
    description: 'd',
    request_schema: { type: 'object' },
    registered_triggers: [{ id: 't', trigger_type: 'stream', config: { stream_name: 's' } }],
  };
  assert.deepEqual(await list(worker, 'engine::functions::info', { function_id: 'f' }), detail);
  const many = await list(worker, 'engine::functions::info', { function_ids: ['f', 'nope'] });
  assert.deepEqual(many, { functions: [detail, { function_id: 'nope', error: 'not_found' }] });
  const own = await list(worker, 'engine::functions::info', { function_id: 'stream::get' });
  assert.equal(own.worker_name, 'iii-stream');
  const told = await list(worker, 'engine::workers::info', { name: 'me' });
  assert.deepEqual(told.functions, [detail]);
  const type = await list(worker, 'engine::triggers::info', { id: 'stream' });
  assert.deepEqual([type.worker_name, type.instance_count], ['iii-stream', 1]);
  const listed = { ...trigger, worker_name: 'me', config_summary: '{"stream_name":"s"}' };
  const all = await list(worker, 'engine::registered-triggers::list', { trigger_type: 'stream' });
  assert.deepEqual(all, { registered_triggers: [listed] });
  const one = await list(worker, 'engine::registered-triggers::info', { id: 't' });
  assert.deepEqual([one.metadata, one.function], [{ m: 1 }, detail]);
  const missing: [string, Frame, string][] = [
    ['engine::functions::info', {}, 'INVALID_ARGUMENTS'],
    ['engine::functions::info', { function_id: 'nope' }, 'NOT_FOUND'],
    ['engine::workers::info', { name: 'nope' }, 'NOT_FOUND'],
    ['engine::triggers::info', { id: 'nope' }, 'NOT_FOUND'],
    ['engine::registered-triggers::info', { id: 'nope' }, 'NOT_FOUND'],
    ['engine::observers::get', { id: 'nope' }, 'NOT_FOUND'],
  ];
  for (const [id, data, code] of missing) {
    const invocation_id = crypto.randomUUID();
    worker.send({ type: 'invokefunction', invocation_id, function_id: id, data });
    const { error } = await worker.frame({ type: 'invocationresult', invocation_id });
    assert.equal((error as Frame).code, code);
  }
});

test('a connection that sends telemetry only is no worker, and every upgrade tells that its end has no delay', async () => {
  await using engine = await startEmbedded();
  const telemetry = new RawWorker(engine.url);
  const [response] = await once(telemetry.ws, 'upgrade');
  assert.equal(response.headers['x-iii-capabilities'], 'tcp-nodelay');
  await telemetry.frame({ type: 'workerregistered' });
  telemetry.ws.send(Buffer.from('OTLP'));
  await using worker = await RawWorker.connect(engine.url);
  const { workers } = await list(worker, 'engine::workers::list');
  assert.deepEqual(idsIn(workers, 'id'), [worker.frames[0]?.worker_id]);
  await telemetry[Symbol.asyncDispose]();
});
