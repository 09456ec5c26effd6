import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { LocalError } from '../../domain/errors.js';
import { asJson } from '../../domain/json-text.js';
import { recordingLogger } from '../testing/logger.js';
import { type Frame, RawWorker } from '../testing/raw-worker.js';
import { configOf, startAttached, startEmbedded } from '../testing/start.js';
import { until } from '../testing/until.js';
import { AttachedWorkers } from './attached-workers.js';

const call = async (worker: RawWorker, function_id: string, data: unknown = {}): Promise<Frame> => {
  const invocation_id = crypto.randomUUID();
  worker.send({ type: 'invokefunction', invocation_id, function_id, data });
  return worker.frame({ type: 'invocationresult', invocation_id });
};

test('an engine calls our functions and relays our triggers', async () => {
  await using engine = await startEmbedded({ serves: false });
  await using user = await RawWorker.connect(engine.url);
  user.send({
    type: 'registertrigger',
    id: 'early',
    trigger_type: 'stream',
    function_id: 'f',
    config: { a: 1 },
  });
  await user.settled();
  await using attached = startAttached(engine.url);
  assert.deepEqual(await attached.ready, { url: engine.url });
  const trace = { traceparent: 'tp', baggage: 'b=1' };
  const set = { type: 'invokefunction', function_id: 'stream::set', data: { item_id: 'a', data: { n: 1 } } };
  user.send({ ...set, ...trace, action: { type: 'void' } });
  assert.deepEqual((await call(user, 'stream::get', { item_id: 'a' })).result, { n: 1 });
  assert.deepEqual(attached.service.traces[0], trace);
  assert.equal((await call(user, 'stream::send')).error !== undefined, true, 'a fault of ours is answered');
  user.send({
    type: 'registertrigger',
    id: 'late',
    trigger_type: 'stream:join',
    function_id: 'f',
    config: {},
  });
  user.send({ type: 'registertrigger', id: 'bad', trigger_type: 'stream', function_id: 'f', config: null });
  user.send({ type: 'unregistertrigger', id: 'early' });
  await until(() => attached.service.log.length === 4, 'triggers relayed');
  assert.deepEqual(attached.service.log, ['start early', 'start late', 'end bad', 'end early']);
  const refused = () => engine.logger.lines.some(({ message }) => message === 'a worker refused a trigger');
  await until(refused, 'the refusal to reach the engine');
  const { workers } = (await call(user, 'engine::workers::list')).result as { workers: Frame[] };
  assert.equal(workers.find(({ name }) => name === 'iii-stream')?.runtime, 'node');
  const { functions } = (await call(user, 'engine::functions::list')).result as { functions: Frame[] };
  assert.ok(functions.find(({ function_id }) => function_id === 'stream::update')?.request_format);
});

test('we call other workers through the engine', async () => {
  await using engine = await startEmbedded({ serves: false });
  await using attached = startAttached(engine.url);
  await using worker = await RawWorker.connect(engine.url);
  worker.send({ type: 'registerfunction', id: 'f' });
  await Promise.all([attached.ready, worker.settled()]);
  assert.ok(attached.workers.has('f'));
  assert.ok(attached.workers.notify('f', asJson('{"n":1}'), undefined));
  const heard = await worker.frame({ type: 'invokefunction', function_id: 'f' });
  assert.equal(heard.invocation_id, undefined);
  const answered = new Promise((resolve) => {
    attached.workers.invoke('f', asJson('{"n":2}'), {}, (failure, result) => resolve([failure, result]));
  });
  await until(() => worker.frames.filter(({ function_id }) => function_id === 'f').length === 2, 'the call');
  const { invocation_id } = worker.frames.at(-1) as Frame;
  worker.send(
    `{"type":"invocationresult","invocation_id":"${invocation_id}","function_id":"f","result":1.0}`,
  );
  assert.deepEqual(await answered, [undefined, '1.0']);
  const unknown = new Promise((resolve) => attached.workers.invoke('nope', asJson('{}'), {}, resolve));
  assert.deepEqual(await unknown, { code: 'function_not_found', message: 'Function nope not found' });
});

test('custom streams of other workers are known without asking on each call', async () => {
  await using engine = await startEmbedded({ serves: false });
  await using early = await RawWorker.connect(engine.url);
  early.send(
    { type: 'registerfunction', id: 'stream::set(early)' },
    { type: 'registerfunction', id: 'other(x)' },
  );
  await early.settled();
  await using attached = startAttached(engine.url);
  await attached.ready;
  const knows = (name: string) => attached.workers.has(`stream::set(${name})`);
  assert.ok(knows('early') && !knows('late'));
  const late = await RawWorker.connect(engine.url);
  late.send({ type: 'registerfunction', id: 'stream::set(late)' });
  await until(() => knows('late'), 'the new custom stream is known');
  await late[Symbol.asyncDispose]();
  early.send({ type: 'registerfunction', id: 'stream::set(third)' });
  await until(() => knows('third'), 'a list of after its end');
  assert.ok(knows('late'), 'its items are still not ours to keep');
  assert.ok(knows('early') && attached.workers.has('other(x)'));
});

test('an engine that is absent at start is waited for, and close ends the wait', async () => {
  const gone = await startEmbedded();
  await gone.workers.close();
  const port = Number(new URL(gone.url).port);
  const hopeless = startAttached(gone.url);
  const rejected = assert.rejects(
    hopeless.ready,
    (error: unknown) => error instanceof LocalError && error.code === 'closed',
  );
  await until(() => hopeless.logger.lines.some(({ level }) => level === 'warn'), 'a log line');
  await hopeless.workers.close();
  await rejected;
  await using attached = startAttached(gone.url);
  await until(() => attached.logger.lines.length > 0, 'a log line');
  const failed = new Promise((resolve) => attached.workers.invoke('f', asJson('{}'), {}, resolve));
  assert.equal(((await failed) as { code: string }).code, 'engine_unavailable');
  assert.equal(attached.workers.notify('f', asJson('{}'), undefined), false);
  assert.equal(attached.workers.has('f'), false);
  const unknown = attached.workers.settle('s') ?? Promise.resolve();
  await assert.rejects(unknown, { reason: 'unavailable' }, 'nobody knows which streams are custom');
  await using engine = await startEmbedded({ port, serves: false });
  await attached.ready;
  assert.ok(engine.workers.has('stream::get'));
});

test('an engine that sends garbage, and knows no lists, is survived', async (t) => {
  const engine = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => {
    engine.close();
    for (const socket of engine.clients) socket.terminate();
  });
  await once(engine, 'listening');
  const answers: Frame[] = [];
  const order: string[] = [];
  engine.on('connection', (socket) => {
    for (const text of [
      '{',
      '[]',
      '{"type":"new"}',
      '{"type":"invokefunction"}',
      '{"type":"registertrigger","id":1}',
    ])
      socket.send(text);
    for (let count = 0; count < 200; count += 1) socket.send(Buffer.from([count]));
    socket.on('message', (data) => {
      const { type, invocation_id, function_id, id } = JSON.parse(String(data)) as Frame;
      order.push(String(function_id ?? id));
      if (type === 'invocationresult') answers.push(JSON.parse(String(data)));
      else if (type === 'invokefunction' && invocation_id !== undefined) {
        const error = { code: 'function_not_found', message: 'no' };
        socket.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, error }));
      }
    });
  });
  const { port } = engine.address() as { port: number };
  await using attached = startAttached(`ws://127.0.0.1:${port}`);
  await attached.ready;
  for (const socket of engine.clients) {
    socket.send(
      '{"type":"invokefunction","invocation_id":"1","function_id":"stream::get","data":{"item_id":"a"}}',
    );
  }
  await until(() => answers.length === 1, 'an answer');
  assert.deepEqual(answers, [{ type: 'invocationresult', invocation_id: '1', function_id: 'stream::get' }]);
  const warnings = attached.logger.lines.filter(({ message }) =>
    message.startsWith('refused a message that breaks'),
  );
  assert.ok(
    order.indexOf('engine::functions::list') < order.indexOf('stream::get'),
    'custom streams are known first',
  );
  assert.equal(warnings.length, 8, 'the 1st, 2nd, 4th … 128th of 204 faults');
});

test('a URL of something else is refused without showing its secrets', () => {
  for (const url of ['http://user:secret@host', 'secret', '']) {
    assert.throws(
      () => new AttachedWorkers({ url, config: configOf(), logger: recordingLogger() }),
      (error: unknown) => error instanceof LocalError && !error.message.includes('secret'),
    );
  }
});
