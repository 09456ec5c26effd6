import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { type Frame, RawWorker } from '../testing/raw-worker.js';
import { startEmbedded } from '../testing/start.js';

test('a broken message is logged and ignored; a broken call gets an error that names the field', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  worker.send('{', 'null', '[]', '{"type":7}', '{"type":"from-the-future"}', '{"type":"workerregistered"}');
  worker.send({ type: 'invokefunction', invocation_id: '1', data: {} });
  worker.send({
    type: 'invokefunction',
    invocation_id: '2',
    function_id: 'stream::get',
    action: { type: 'maybe' },
  });
  const { error } = await worker.frame({ invocation_id: '1' });
  assert.deepEqual(error, { code: 'invalid_message', message: 'function_id: is required' });
  const unknown = await worker.frame({ invocation_id: '2' });
  assert.match(
    (unknown.error as { message: string }).message,
    /^action\.type: has the unknown value "maybe"/,
  );
  assert.equal(engine.logger.lines.filter(({ level }) => level === 'warn').length, 3, 'faults 1, 2 and 4');
});

test('a broken answer fails its call', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  worker.send({ type: 'registerfunction', id: 'f' });
  await worker.settled();
  const failed = new Promise((resolve) => engine.workers.invoke('f', '{}' as never, {}, resolve));
  const { invocation_id } = await worker.frame({ function_id: 'f' });
  worker.send({ type: 'invocationresult', invocation_id, function_id: 'f', error: 'a string' });
  assert.deepEqual(await failed, { code: 'invalid_message', message: 'error: must be object or null' });
});

test('a hundred broken messages close the connection with 1008, each being told', async () => {
  await using engine = await startEmbedded();
  await using broken = await RawWorker.connect(engine.url);
  for (let count = 0; count < 99; count += 1) broken.send('}');
  await broken.settled();
  broken.send('}');
  assert.equal(await broken.closed(), 1008);
  const told = broken.frames.filter(({ type }) => type === 'error');
  assert.equal(told.length, 100);
  assert.deepEqual(told[0], { type: 'error', code: 'invalid_message', message: 'The message is not JSON' });
  await using next = await RawWorker.connect(engine.url);
  await next.settled();
});

test('a call with NaN, as Python writes it, is answered; so are a result, and a trigger', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  worker.send(
    '{"type":"invokefunction","invocation_id":"1","function_id":"stream::set","data":{"a":"NaN","n":NaN}}',
  );
  assert.deepEqual((await worker.frame({ invocation_id: '1' })).error, {
    code: 'invalid_message',
    message: 'The message is not JSON: NaN at character 95 is no JSON number',
  });
  worker.send({ type: 'registerfunction', id: 'f' });
  await worker.settled();
  const failed = new Promise((resolve) => engine.workers.invoke('f', '{}' as never, {}, resolve));
  const { invocation_id } = await worker.frame({ function_id: 'f' });
  worker.send(
    `{"type":"invocationresult","invocation_id":"${invocation_id}","result":-Infinity,"function_id":"f"}`,
  );
  assert.equal(((await failed) as Frame).code, 'invalid_message');
  worker.send('{"type":"registertrigger","id":"t","trigger_type":"stream","function_id":"f","config":NaN}');
  const { error, ...about } = await worker.frame({ type: 'triggerregistrationresult' });
  assert.deepEqual(about, {
    type: 'triggerregistrationresult',
    id: 't',
    trigger_type: 'stream',
    function_id: 'f',
  });
  assert.equal((error as Frame).code, 'invalid_message');
  const lines = engine.logger.lines.filter(({ level }) => level === 'warn');
  const { worker: logged, function: called } = lines[0]!.facts as Frame;
  assert.deepEqual([logged, called], [worker.frames[0]?.worker_id, 'stream::set']);
});

test('a message over the bound fails its call with limit, and the connection lives on', async () => {
  await using engine = await startEmbedded({ limits: { max_call_bytes: 2_000, max_frame_bytes: 1_024 } });
  await using worker = await RawWorker.connect(engine.url);
  const long = 'x'.repeat(2_000);
  worker.send({ type: 'invokefunction', data: { long }, invocation_id: '1', function_id: 'stream::set' });
  const { error } = await worker.frame({ invocation_id: '1' });
  assert.equal((error as Frame).code, 'limit');
  assert.match(String((error as Frame).message), /^limit: the message is 2092 bytes long, 2000 is the most/);
  worker.send({ type: 'registerfunction', id: 'f' });
  await worker.settled();
  const failed = new Promise((resolve) => engine.workers.invoke('f', '{}' as never, {}, resolve));
  const { invocation_id } = await worker.frame({ function_id: 'f' });
  worker.send({ type: 'invocationresult', invocation_id, function_id: 'f', result: long });
  assert.equal(((await failed) as Frame).code, 'limit');
  worker.send({ type: 'registerfunction', id: 'g', metadata: long });
  assert.equal((await worker.frame({ type: 'error' })).code, 'limit');
  await worker.settled();
  const [first] = engine.logger.lines.filter(({ level }) => level === 'warn');
  const { function: called, bytes, worker: logged } = first!.facts as Frame;
  assert.deepEqual([called, bytes, logged], ['stream::set', 2_092, worker.frames[0]?.worker_id]);
});

test('a function that is invoked over HTTP says that nobody here calls URLs', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  worker.send({ type: 'registerfunction', id: 'remote', invocation: { url: 'http://localhost/f' } });
  worker.send({ type: 'invokefunction', invocation_id: '1', function_id: 'remote', data: {} });
  const { error } = await worker.frame({ invocation_id: '1' });
  assert.equal((error as Frame).code, 'unsupported');
  assert.match(
    String((error as Frame).message),
    /remote is invoked over HTTP, and this server calls no URLs/,
  );
  assert.equal(engine.logger.lines.filter(({ level }) => level === 'warn').length, 1);
});

test('the end of a worker is logged with its close code', async () => {
  await using engine = await startEmbedded();
  const worker = await RawWorker.connect(engine.url);
  worker.ws.close(4001, 'enough');
  await worker.closed();
  const { facts } = engine.logger.lines.find(({ message }) => message === 'a worker disconnected')!;
  assert.deepEqual([(facts as Frame).code, (facts as Frame).reason], [4001, 'enough']);
});

test('telemetry is dropped wherever it comes, other binary frames are JSON', async () => {
  await using engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  for (const magic of ['OTLP', 'MTRC', 'LOGS']) worker.ws.send(Buffer.from(`${magic}\u0000{`));
  worker.ws.send(Buffer.from('{"type":"ping"}'));
  await worker.frame({ type: 'pong' });
  worker.send({ type: 'pong' });
  await worker.settled();
  const otel = new WebSocket(`${engine.url}/otel?x=1`);
  await once(otel, 'open');
  otel.send(Buffer.from('OTLP…'));
  otel.send('not JSON');
  otel.ping();
  await once(otel, 'pong');
  otel.close();
  assert.deepEqual(
    engine.logger.lines.filter(({ level }) => level !== 'info'),
    [],
  );
});

test('other paths answer 404, and plain HTTP is told to upgrade', async () => {
  await using engine = await startEmbedded();
  const lost = new WebSocket(`${engine.url}/stream/a/b`);
  const [error] = (await once(lost, 'error')) as [Error];
  assert.match(error.message, /404/);
  const statusOf = async (path: string): Promise<number | undefined> => {
    const [response] = await once(request(engine.url.replace('ws', 'http') + path).end(), 'response');
    response.resume();
    return response.statusCode;
  };
  assert.equal(await statusOf('/x'), 404);
  assert.equal(await statusOf('/'), 426);
});

test('a connection holds a bounded number of registrations, and none of the engine’s own names', async () => {
  await using engine = await startEmbedded({ bounds: { maxRegistrations: 3 } });
  await using worker = await RawWorker.connect(engine.url);
  worker.send(
    { type: 'registerfunction', id: 'engine::functions::list' },
    { type: 'registerfunction', id: 'a' },
    { type: 'registerfunction', id: 'a' },
    { type: 'registertrigger', id: 't', trigger_type: 'stream', function_id: 'a', config: {} },
    { type: 'registertriggertype', id: 'tt', description: '' },
    { type: 'registerfunction', id: 'b' },
    { type: 'unregisterfunction', id: 'a' },
    { type: 'registerfunction', id: 'c' },
  );
  await worker.settled();
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => engine.workers.has(id)),
    [false, false, true],
  );
  const refused = engine.logger.lines.filter(({ message }) => message === 'refused a registration');
  assert.deepEqual(
    refused.map(({ facts }) => (facts as { id: string }).id),
    ['engine::functions::list', 'b'],
  );
});
