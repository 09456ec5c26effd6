import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { LocalError } from '../../domain/errors.js';
import { recordingLogger } from '../testing/logger.js';
import { RawWorker } from '../testing/raw-worker.js';
import { configOf, startEmbedded } from '../testing/start.js';
import { EmbeddedWorkers } from './embedded-workers.js';

const onPort = (port: number, portWaitMs: number) =>
  new EmbeddedWorkers({
    host: '127.0.0.1',
    port,
    portWaitMs,
    config: configOf(),
    logger: recordingLogger(),
  });

test('a taken port is waited for, then it is one clear error', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as { port: number };
  await assert.rejects(onPort(port, 0).listen(), (error: unknown) => {
    assert.ok(error instanceof LocalError);
    assert.equal(error.code, 'port_taken');
    assert.match(error.message, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is taken`));
    return true;
  });
  await using waiting = onPort(port, 5_000);
  const listening = waiting.listen();
  await assert.rejects(onPort(port, 0).listen(), { code: 'port_taken' });
  blocker.close();
  assert.equal((await listening).port, port);
});

test('closing answers what is in flight, refuses what is new, and closes with 1001', async () => {
  const engine = await startEmbedded();
  await using worker = await RawWorker.connect(engine.url);
  let release = (): void => {};
  engine.service.slow = new Promise((resolve) => {
    release = resolve;
  });
  worker.send({ type: 'invokefunction', invocation_id: '1', function_id: 'stream::list_all' });
  await worker.settled();
  const closed = engine.workers.close();
  worker.send({ type: 'invokefunction', invocation_id: '2', function_id: 'stream::list_all' });
  const refused = await worker.frame({ invocation_id: '2' });
  assert.equal((refused.error as { code: string }).code, 'invocation_stopped');
  release();
  assert.deepEqual((await worker.frame({ invocation_id: '1' })).result, { slow: true });
  assert.equal(await worker.closed(), 1001);
  await closed;
  await engine.workers.close();
});

test('a peer that does not answer our close frame is ended', async () => {
  const engine = await startEmbedded();
  const worker = await RawWorker.connect(engine.url);
  worker.ws.pause();
  await engine.workers.close();
  worker.ws.resume();
  await worker.closed();
});

test('the heartbeat keeps who answers, and drops who does not', async () => {
  await using engine = await startEmbedded({ limits: { heartbeat_interval_ms: 60 } });
  await using alive = await RawWorker.connect(engine.url);
  const dead = new WebSocket(engine.url, { autoPong: false });
  await once(dead, 'close');
  await alive.settled();
  assert.equal(alive.closeCode, undefined);
});
