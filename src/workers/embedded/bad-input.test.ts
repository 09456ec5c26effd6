import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { RawWorker } from '../testing/raw-worker.js';
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

test('a hundred broken messages close the connection with 1008, an oversized one with 1009', async () => {
  await using engine = await startEmbedded({ limits: { max_frame_bytes: 1_000 } });
  await using broken = await RawWorker.connect(engine.url);
  for (let count = 0; count < 99; count += 1) broken.send('}');
  await broken.settled();
  broken.send('}');
  assert.equal(await broken.closed(), 1008);
  await using big = await RawWorker.connect(engine.url);
  big.send(`"${'x'.repeat(1_000)}"`);
  assert.equal(await big.closed(), 1009);
  await using next = await RawWorker.connect(engine.url);
  await next.settled();
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
