import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { encodeTextFrames } from '../net/frames.js';
import { Client, start, until } from './testing/harness.js';

const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

/** A client frame with an all-zero mask, so that its payload is sent as it is. */
function frame(opcode: number, payload: string | Buffer, final = true): Buffer {
  const bytes = Buffer.from(payload);
  const short = bytes.length < 126;
  const head = Buffer.alloc(short ? 6 : 8);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (short ? bytes.length : 126);
  if (!short) head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

async function raw(t: TestContext, port: number, first: string | Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(first);
  return socket;
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The code of the close frame that the server's bytes end with. */
async function closeCode(socket: Socket): Promise<number> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    const at = bytes.indexOf(0x88, bytes.indexOf('\r\n\r\n') + 4);
    if (bytes.indexOf('\r\n\r\n') > 0 && at > 0 && bytes.length >= at + 4) return bytes.readUInt16BE(at + 2);
  }
  throw new Error('ended without a close frame');
}

const JOIN = '{"type":"join","data":{"subscriptionId":"a","streamName":"s","groupId":"g"}}';

test('bytes that break HTTP or the handshake get an HTTP error', async (t) => {
  const { port } = await start(t);
  const table: [string, RegExp][] = [
    ['\x16\x03\x01garbage\r\n\r\n', /^HTTP\/1.1 400 .*"bad_request"/s],
    ['FOO / HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 400 .*"bad_request"/s],
    [
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket, h2c\r\nConnection: Upgrade\r\n\r\n',
      /^HTTP\/1.1 400 .*bad_handshake/s,
    ],
    // A wish that we do not know is ignored; without a door for requests that is a 404.
    [
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n',
      /^HTTP\/1.1 404 .*not_found/s,
    ],
    [
      HANDSHAKE.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: a b, c\r\n\r\n'),
      /^HTTP\/1.1 400 .*bad_handshake/s,
    ],
    [
      HANDSHAKE.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: a, a\r\n\r\n'),
      /^HTTP\/1.1 400 .*bad_handshake/s,
    ],
    [HANDSHAKE.replace('GET', 'POST'), /^HTTP\/1.1 400 .*bad_handshake/s],
    [HANDSHAKE.replace(': 13', ': 7'), /^HTTP\/1.1 400 .*Sec-WebSocket-Version: 13.*bad_handshake/s],
    [HANDSHAKE.replace('AAAA==', '=='), /^HTTP\/1.1 400 .*bad_handshake/s],
    [HANDSHAKE.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: a,,b\r\n\r\n'), /^HTTP\/1.1 400 /],
    [HANDSHAKE.replace('Host: x', `X: ${'x'.repeat(20_000)}`), /^HTTP\/1.1 431 .*"bad_request"/s],
  ];
  for (const [bytes, answer] of table) {
    const text = (await readAll(await raw(t, port, bytes))).toString();
    assert.match(text, answer, bytes.slice(0, 60));
  }
});

test('frames that break the WebSocket protocol close that connection with its code, and no other', async (t) => {
  const { port, url, service, counters } = await start(t, { limits: { max_frame_bytes: 1_024 } });
  const bystander = await Client.open(t, url);
  const table: [string, Buffer, number][] = [
    ['too large', frame(1, 'x'.repeat(1_025)), 1009],
    [
      'too large in parts',
      Buffer.concat([frame(1, 'x'.repeat(1_000), false), frame(0, 'x'.repeat(100))]),
      1009,
    ],
    ['announced as huge', Buffer.from([0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1009],
    ['bad UTF-8', frame(1, Buffer.from([0xff, 0xff])), 1007],
    ['not masked', Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    ['unknown opcode', frame(3, 'x'), 1002],
    ['continues nothing', frame(0, 'x'), 1002],
  ];
  for (const [what, bytes, code] of table) {
    assert.equal(
      await closeCode(await raw(t, port, Buffer.concat([Buffer.from(HANDSHAKE), bytes]))),
      code,
      what,
    );
  }
  assert.equal(counters.errors.total, table.length);
  bystander.ws.send(JOIN);
  await once(service, 'join');
});

test('too many fragments close with 1008, as configured, and the log says so', async (t) => {
  const { port, logger, counters, configure, service } = await start(t, { limits: { max_fragments: 3 } });
  const inParts = (count: number): Buffer => {
    const size = Math.ceil(JOIN.length / count);
    const parts = Array.from({ length: count }, (_, i) =>
      frame(i === 0 ? 1 : 0, JOIN.slice(i * size, (i + 1) * size), i === count - 1),
    );
    return Buffer.concat([Buffer.from(HANDSHAKE), ...parts]);
  };
  await Promise.all([once(service, 'join'), raw(t, port, inParts(3))]);
  assert.equal(await closeCode(await raw(t, port, inParts(4))), 1008);
  assert.deepEqual([counters.errors.total, logger.lines.includes('warn refused a frame')], [1, true]);
  configure({ limits: { max_fragments: 4 } });
  await Promise.all([once(service, 'join'), raw(t, port, inParts(4))]);
});

test('who pings and does not read is dropped, as configured, and the log says so', async (t) => {
  const limits = { max_waiting_pings: 20, outbox_bytes: 64 * 1024 * 1024 };
  const { url, port, logger, counters, server } = await start(t, { limits });
  const reading = await Client.open(t, url);
  let pongs = 0;
  reading.ws.on('pong', () => {
    pongs += 1;
  });
  for (let i = 0; i < 1_000; i += 1) reading.ws.ping('x'.repeat(100));
  await until(() => pongs === 1_000, 'a reader may ping as much as it likes');
  const deaf = await raw(t, port, HANDSHAKE);
  deaf.pause();
  const pings = Buffer.concat(Array.from({ length: 500 }, () => frame(9, 'x'.repeat(125))));
  const goOn = (): void => {
    while (!deaf.destroyed && deaf.write(pings));
  };
  deaf.on('drain', goOn);
  goOn();
  const told = 'info dropped a client that pings and does not read';
  await until(() => logger.lines.includes(told), 'it is dropped');
  await until(() => [...server.connections()].length === 1, 'the reader stays');
  assert.equal(counters.slowConsumers, 1);
});

test('a message in pieces, and several in one packet behind the handshake, are read', async (t) => {
  const { port, service } = await start(t);
  const parts = [frame(1, JOIN.slice(0, 10), false), frame(9, 'ping'), frame(0, JOIN.slice(10))];
  const socket = await raw(
    t,
    port,
    Buffer.concat([
      Buffer.from(HANDSHAKE),
      ...parts,
      frame(1, '{"type":"leave","data":{"subscriptionId":"a"}}'),
    ]),
  );
  await once(service, 'leave');
  assert.equal(service.joins.length, 1);
  const bytes = frame(1, JOIN);
  for (let i = 0; i < bytes.length; i += 7) socket.write(bytes.subarray(i, i + 7));
  await once(service, 'join');
});

test('half a frame and then nothing: the end of the connection ends it', async (t) => {
  const { port, service, server } = await start(t);
  const socket = await raw(
    t,
    port,
    Buffer.concat([Buffer.from(HANDSHAKE), frame(1, JOIN), frame(1, JOIN).subarray(0, 20)]),
  );
  await once(service, 'join');
  socket.destroy();
  await once(service, 'disconnect');
  await until(() => [...server.connections()].length === 0, 'the connection is gone');
});

test('our frames and the library’s never mix, however they interleave', async (t) => {
  const { url, service } = await start(t);
  const text = JSON.stringify({ filler: 'x'.repeat(300) });
  const client = await Client.open(t, url);
  let pongs = 0;
  client.ws.on('pong', () => {
    pongs += 1;
  });
  service.onJoin = (outlet) => {
    for (let i = 0; i < 5; i += 1) outlet.write(encodeTextFrames([text, text]));
  };
  for (let i = 0; i < 200; i += 1) {
    client.join({ subscriptionId: `s${i}` });
    client.ws.ping(`${i}`);
    if (i % 20 === 0) await new Promise(setImmediate);
  }
  await until(() => client.received.length === 2_000 && pongs === 200, 'all messages and pongs arrived');
});

test('a client that makes us answer and does not read is not listened to until it reads; nothing is lost', async (t) => {
  const { url, server, service } = await start(t, { limits: { outbox_bytes: 65_536, joins_per_second: 1 } });
  const client = await Client.open(t, url);
  client.ws.pause();
  const count = 40_000;
  const refused = JSON.stringify({
    type: 'join',
    data: { subscriptionId: 'x'.repeat(500), streamName: 's', groupId: 'g' },
  });
  for (let i = 0; i < count; i += 1) client.ws.send(refused);
  // Of the joins, one a second is let in.
  const answers = count - 60;
  const queued = (): number => [...server.connections()][0]?.queuedBytes ?? 0;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, queued());
  }, 1);
  t.after(() => clearInterval(watch));
  await until(() => queued() > 65_536, 'its answers piled up');
  let before = -1;
  await until(() => {
    const still = queued() === before && client.ws.bufferedAmount > 0;
    before = queued();
    return still;
  }, 'the server stopped reading');
  client.ws.resume();
  await until(() => client.received.length >= answers, 'every answer arrived', 20_000);
  assert.ok(most < 65_536 + 262_144, `queued at most ${most} bytes`);
  assert.equal(service.drains, 0, 'delivery was not paused');
});
