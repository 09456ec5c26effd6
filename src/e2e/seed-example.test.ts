import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registerWorker, TriggerAction } from 'iii-sdk';
import { config, FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

test('the usage example of the product description, with the real SDK and a path subscription', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  await using client = await SocketClient.open(`${server.streamUrl}/stream/presence/room-1/`);
  const sync = await client.find((message) => message.event.type === 'sync');
  assert.deepEqual(sync.event.data, []);

  const iii = registerWorker(server.engineUrl);
  try {
    const alice = { name: 'Alice', online: true, lastSeen: new Date().toISOString() };
    iii.trigger({
      function_id: 'stream::set',
      payload: { stream_name: 'presence', group_id: 'room-1', item_id: 'user-123', data: alice },
      action: TriggerAction.Void(),
    });
    const user = await iii.trigger({
      function_id: 'stream::get',
      payload: { stream_name: 'presence', group_id: 'room-1', item_id: 'user-123' },
    });
    assert.deepEqual(user, alice);
    const members = await iii.trigger({
      function_id: 'stream::list',
      payload: { stream_name: 'presence', group_id: 'room-1' },
    });
    assert.deepEqual(members, [alice]);

    const created = await client.find((message) => message.event.type === 'create');
    const { streamName, groupId, id, event, type } = created;
    assert.deepEqual(
      { type, streamName, groupId, id, event },
      {
        type: 'stream',
        streamName: 'presence',
        groupId: 'room-1',
        id: 'user-123',
        event: { type: 'create', data: alice },
      },
    );
  } finally {
    await iii.shutdown();
  }
  assert.equal(await server.stop(), 0);
});
