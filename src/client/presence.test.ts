import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStreamClient } from './client.js';
import { presentIn } from './presence.js';
import { FakeSocket, settle } from './testing/fake-server.js';

test('joins of the group ask to be present, on each connection, and nothing else does', async () => {
  const sockets: FakeSocket[] = [];
  class Socket extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const presence = { key: 'ann', data: { name: 'Ann' } };
  const client = createStreamClient('ws://server.example', {
    WebSocket: presentIn('s', 'g', presence, Socket),
    backoff: { minMs: 0, maxMs: 0 },
    onWarning: () => {},
  });
  client.group('s', 'g').subscribe(() => {});
  client.group('s', 'h').subscribe(() => {});
  client.group('t', 'g').subscribe(() => {});
  client
    .group('s', 'g')
    .item('i')
    .subscribe(() => {});
  for (const count of [1, 2]) {
    while (sockets.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    const socket = sockets.at(-1)!;
    await socket.open();
    await settle();
    const joins = socket
      .takeJoins()
      .map(({ streamName, groupId, id, presence: asked }) => [`${streamName} ${groupId} ${id}`, asked]);
    assert.deepEqual(joins.sort(), [
      ['s g i', undefined],
      ['s g null', presence],
      ['s h null', undefined],
      ['t g null', undefined],
    ]);
    await socket.end();
  }
  client.close();
});
