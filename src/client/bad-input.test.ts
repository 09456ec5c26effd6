import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStreamClient } from './client.js';
import { fakeServer, say, shown } from './testing/fake-server.js';
import type { StreamClientOptions } from './types.js';

/** An observed group with the items a@1 b@2, live at seq 2, and what an observer of it saw. */
async function live() {
  const server = fakeServer();
  const group = server.client.group('s', 'g');
  group.subscribe(() => {});
  const socket = await server.socket(1);
  await socket.open();
  const [join] = socket.takeJoins();
  await socket.say(say.ack(join!, 'sync', 2), say.sync('a@1 b@2', 2));
  return { ...server, next: server.socket, group, socket };
}

const plain = (event: object, id: string | null = null) => ({
  type: 'stream',
  timestamp: 1,
  streamName: 's',
  groupId: 'g',
  id,
  event,
});

const MISFITS: Readonly<Record<string, unknown>> = {
  'no JSON': 'this is not JSON',
  null: 'null',
  'a number': '7',
  'a stream message without an event': { ...plain({}), event: undefined },
  'an event of an unknown type': say.change('patch' as never, 'a', 3),
  'a change without an id': say.change('update', null as never, 3),
  'a seq that goes back': say.change('update', 'a', 2),
  'a seq that is no number': say.change('update', 'a', 'x' as never),
  'another epoch without a sync': say.change('update', 'a', 3, { epoch: 'e2' }),
  'an update of an item that nobody created': say.change('update', 'c', 3),
  'a sync that goes back': say.sync('a@1', 1),
  'a sync without a list': { ...say.sync('', 5), event: { type: 'sync', data: 7 } },
};

for (const [what, message] of Object.entries(MISFITS)) {
  test(`${what}: it is said once, what is shown stays, and a sync follows`, async () => {
    const { client, group, socket, sockets, next, warnings } = await live();
    await socket.say(message);
    assert.ok(socket.isClosed);
    assert.equal(shown(group.getSnapshot()), 'a@1 b@2');
    const again = await next(2);
    assert.equal(group.getSnapshot().status, 'stale');
    await again.open();
    const [join] = again.takeJoins();
    await again.say(say.ack(join!, 'sync', 9), say.sync('a@1 c@9', 9));
    assert.deepEqual([group.getSnapshot().status, shown(group.getSnapshot())], ['live', 'a@1 c@9']);
    await again.say(message);
    assert.deepEqual(warnings, ['bad_message']);
    assert.ok(sockets.length >= 2);
    client.close();
  });
}

test('what does not concern the client is ignored', async () => {
  const { client, group, socket, warnings } = await live();
  await socket.say(
    { type: 'later', of: 'a later server' },
    say.change('update', 'a', 3, { groupId: 'other' }),
    say.change('update', 'a', 3, { extra: true }),
    say.error('unavailable', 'unknown'),
    { type: 'pong' },
  );
  assert.deepEqual(
    [shown(group.getSnapshot()), group.getSnapshot().status, warnings],
    ['a@3 b@2', 'live', []],
  );
  client.close();
});

test('a server without acknowledgements, items and seqs: every join is a full sync, changes are applied', async () => {
  const { client, socket: next, warnings, sockets } = fakeServer();
  const group = client.group('s', 'g');
  const item = client.group('s', 'h').item('i');
  group.subscribe(() => {});
  item.subscribe(() => {});
  const socket = await next(1);
  await socket.open();
  await socket.say(
    plain({ type: 'sync', data: [{ id: 'a', n: 1 }, 7] }),
    plain({ type: 'create', data: { id: 'b' } }, 'b'),
    plain({ type: 'update', data: { id: 'a', n: 2 } }, 'a'),
    plain({ type: 'update', data: { id: 'new' } }, 'new'),
    plain({ type: 'delete', data: { id: 'b' } }, 'b'),
    { ...plain({ type: 'sync', data: { n: 1 } }, 'i'), groupId: 'h' },
  );
  const data = () => group.getSnapshot().items.map((one) => one.data);
  assert.deepEqual(data(), [{ id: 'a', n: 2 }, 7, { id: 'new' }]);
  assert.deepEqual([item.getSnapshot().item?.data, group.getSnapshot().status], [{ n: 1 }, 'live']);
  await socket.end();
  assert.deepEqual([group.getSnapshot().status, data().length], ['stale', 3]);
  const again = await next(2);
  await again.open();
  assert.equal(again.takeJoins()[0]?.since, undefined);
  await again.say(plain({ type: 'sync', data: [] }));
  assert.deepEqual([group.getSnapshot().status, data()], ['live', []]);
  assert.deepEqual([warnings, sockets.length], [['no_acks'], 2]);
  client.close();
});

test('a refused join ends its group alone; one that passes is tried again', async () => {
  const { client, socket: next } = fakeServer();
  const groups = ['secret', 'bad', 'busy', 'good'].map((name) => client.group('s', name));
  for (const group of groups) group.subscribe(() => {});
  const socket = await next(1);
  await socket.open();
  const [secret, bad, busy, good] = socket.takeJoins();
  await socket.say(
    { ...say.unauthorized(), groupId: 'secret' },
    say.error('name_too_long', bad!.subscriptionId),
    say.error('too_many_joins', busy!.subscriptionId),
    say.ack(good!, 'sync', 1),
    say.sync('a@1', 1, { groupId: 'good' }),
    say.ack(secret!, 'sync', 1),
    say.sync('a@1', 1, { groupId: 'secret' }),
  );
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(
    groups.map((group) => [group.getSnapshot().status, group.getSnapshot().error?.code]),
    [
      ['error', 'unauthorized'],
      ['error', 'name_too_long'],
      ['loading', 'too_many_joins'],
      ['live', undefined],
    ],
  );
  assert.deepEqual(
    socket.takeJoins().map(({ groupId }) => groupId),
    ['busy'],
  );
  client.close();
});

test('options that make no sense are named', () => {
  const cases: [string | URL, object, RegExp][] = [
    ['nonsense', {}, /URL/],
    ['ftp://a', {}, /url/],
    ['ws://a/#b', {}, /url/],
    ['/a', {}, /URL/],
    ['ws://a', { token: 7 }, /token/],
    ['ws://a', { WebSocket: {} }, /WebSocket/],
    ['ws://a', { backoff: { minMs: -1 } }, /minMs/],
    ['ws://a', { backoff: { minMs: 9, maxMs: 8 } }, /maxMs/],
    ['ws://a', { backoff: { maxMs: 'soon' } }, /maxMs/],
    ['ws://a', { leaveAfterMs: Number.NaN }, /leaveAfterMs/],
    ['ws://a', { persist: { load() {} } }, /persist/],
    ['ws://a', { parse: 'JSON' }, /parse/],
    ['ws://a', { onWarning: true }, /onWarning/],
  ];
  class Socket {}
  for (const [url, options, named] of cases) {
    assert.throws(
      () => createStreamClient(url, { WebSocket: Socket, ...options } as unknown as StreamClientOptions),
      (error) => error instanceof TypeError && named.test(error.message),
      `${url} ${JSON.stringify(options)}`,
    );
  }
});
