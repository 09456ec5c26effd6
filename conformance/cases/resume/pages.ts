import assert from 'node:assert/strict';
import { SOCKET_ERROR, SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { JoinAllMessage, StreamMessage } from '../../../generated/socket.js';
import { area } from '../../runner/case.js';
import { address, type Context } from '../../runner/context.js';
import type { StreamClient } from '../../wire/stream-client.js';
import { rejoin } from './setup.js';

const { resume: paged } = area('resume', { needs: ['cursors', 'paging'] });
const { resume: multiple } = area('resume', { needs: ['multi-join', 'acknowledged-joins'] });

/** The pieces of a sync, up to the last. */
async function pieces(client: StreamClient): Promise<readonly StreamMessage[]> {
  const messages: StreamMessage[] = [];
  for (;;) {
    const message = await client.nextStream('a piece of the sync');
    assert.equal(message.event.type, STREAM_EVENT.sync);
    messages.push(message);
    if (!(message.event as { more?: boolean }).more) return messages;
  }
}

async function assertPieces(t: Context, client: StreamClient): Promise<void> {
  const got = await pieces(client);
  const data = got.map(({ event }) => (event as { data: unknown[] }).data);
  assert.deepEqual(
    data.map(({ length }) => length),
    [2, 2, 1],
  );
  assert.deepEqual(data.flat(), await t.list());
  assert.deepEqual(
    got.map(({ seq }) => seq),
    [5, 5, 5],
  );
  await t.set('next', 'next');
  assert.deepEqual(await client.take(1), [[STREAM_EVENT.create, 'next', 'next']]);
}

async function fill(t: Context): Promise<void> {
  for (const item of ['z', 'a', 'm', 'b', 'y']) await t.set(item, item);
}

export const pageCases = [
  paged('a-long-sync-comes-in-pieces', async (t) => {
    await fill(t);
    const client = await t.socket();
    client.join({ ...address(t.at), page: 2 });
    await assertPieces(t, client);
  }),
  paged('a-path-takes-page', async (t) => {
    await fill(t);
    await assertPieces(t, await t.socket(`/stream/${t.at.stream_name}/${t.at.group_id}?page=2`));
  }),
  paged(
    'a-sync-that-is-too-large-is-refused-without-page',
    async (t) => {
      const text = 'x'.repeat(600);
      for (const item of ['a', 'b', 'c']) await t.set(item, text);
      const client = await t.socket();
      const id = client.join(address(t.at));
      const message = await client.next('the refusal');
      assert(message.type === SOCKET_MESSAGE.error, JSON.stringify(message));
      assert.deepEqual([message.code, message.subscriptionId], [SOCKET_ERROR.limit, id]);
      client.join({ ...address(t.at), page: 10 });
      assert.equal((await pieces(client)).length >= 1, true);
    },
    { needs: ['limits', 'socket-errors'], config: { limits: { sync_bytes: 1024 } } },
  ),
  multiple('many-joins-go-in-one-message', async (t) => {
    const { client, ack } = await rejoin(t, { ack: true });
    assert.equal(ack.multi, true);
    await client.nextStream('the sync');
    const groups = [t.name('one'), t.name('two'), t.name('three')];
    const data = groups.map((groupId) => ({
      streamName: t.at.stream_name,
      groupId,
      subscriptionId: groupId,
    }));
    client.sendText(JSON.stringify({ type: SOCKET_MESSAGE.join, data } satisfies JoinAllMessage));
    const syncs = await client.takeStream(groups.length);
    assert.deepEqual(new Set(syncs.map(({ groupId }) => groupId)), new Set(groups));
  }),
];
