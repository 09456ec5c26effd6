import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { Client, start, until } from './testing/harness.js';

const HANDSHAKE =
  'GET /stream/s/g HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

test('a client that answers no ping is dropped, one that answers stays', async (t) => {
  const { url, port, service, counters } = await start(t, { limits: { heartbeat_interval_ms: 80 } });
  const alive = await Client.open(t, url);
  let pings = 0;
  alive.ws.on('ping', () => {
    pings += 1;
  });
  const dead = connect(port, '127.0.0.1');
  t.after(() => dead.destroy());
  const received: Buffer[] = [];
  dead.on('data', (chunk) => received.push(chunk));
  const dropped = new Promise((resolve) => dead.on('close', resolve));
  dead.write(HANDSHAKE);
  await once(service, 'join');
  const joined = performance.now();
  await once(service, 'disconnect');
  assert.ok(performance.now() - joined >= 70, 'it had an interval to answer');
  await dropped;
  assert.ok(Buffer.concat(received).includes(Buffer.from([0x89, 0x00])), 'it was asked');
  assert.equal(counters.lost, 1);
  await until(() => pings >= 4, 'the other is asked again and again');
  assert.equal(alive.ws.readyState, alive.ws.OPEN);
});

test('messages are a sign of life as good as a pong; a new interval applies soon', async (t) => {
  const { url, counters, configure } = await start(t, { limits: { heartbeat_interval_ms: 600 } });
  const client = await Client.open(t, url, [], { autoPong: false });
  configure({ limits: { heartbeat_interval_ms: 100 } });
  let pings = 0;
  client.ws.on('ping', () => {
    pings += 1;
    client.send({ type: 'leave', data: { subscriptionId: 'none' } });
  });
  await until(() => pings >= 3, 'it is still asked');
  client.ws.removeAllListeners('ping');
  await client.closed;
  assert.equal(counters.lost, 1);
});
