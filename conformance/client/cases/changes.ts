import assert from 'node:assert/strict';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { dataOf } from '../model.js';
import type { ClientCase } from '../script.js';

const define = (claim: string, run: ClientCase['run'], item?: string): ClientCase => ({
  id: `changes/${claim}`,
  run,
  item,
});

export const changeCases: readonly ClientCase[] = [
  define('a-sync-is-shown', (t) => t.begin('a', 'b', 'c')),
  define('an-empty-group-is-shown-as-empty', async (t) => {
    await t.begin();
    t.write('a');
    await t.shows();
  }),
  define('creates-updates-and-deletes-are-applied', async (t) => {
    await t.begin('a', 'b');
    t.write('a', 'c', '-b');
    await t.shows();
  }),
  define('an-update-keeps-its-place', async (t) => {
    await t.begin('a', 'b', 'c');
    t.write('a', 'b');
    await t.shows('a@4 b@5 c@3');
  }),
  define('an-item-that-is-created-again-comes-last', async (t) => {
    await t.begin('a', 'b');
    t.write('-a', 'a');
    await t.shows('b@2 a@4');
  }),
  define('a-thousand-changes-end-in-the-right-state', async (t) => {
    await t.begin('a');
    for (let i = 0; i < 1_000; i++) t.write(i % 7 === 6 ? `-i${(i - 6) % 50}` : `i${i % 50}`);
    await t.shows();
  }),
  define('a-value-that-is-no-object-is-an-item-too', async (t) => {
    await t.begin('a');
    t.model.set('b');
    t.server.send(t.model.message('b', { type: STREAM_EVENT.create, data: 7 }, t.model.seq));
    await t.until('two items', () => t.last?.items?.length === 2);
    assert.deepEqual(t.last?.items?.[1], { id: 'b', data: 7 });
  }),
  define('custom-events-arrive-and-are-no-items', async (t) => {
    await t.begin('a');
    t.server.send(t.model.event('ping', { of: 'somebody' }));
    await t.until('the event', () => t.events.length > 0);
    assert.deepEqual(
      t.events.map(({ type, data }) => ({ type, data })),
      [{ type: 'ping', data: { of: 'somebody' } }],
    );
    await t.shows();
  }),
  define('what-is-unknown-is-ignored', async (t) => {
    await t.begin('a');
    t.server.send({ type: 'later', of: 'a later server' }, { type: SOCKET_MESSAGE.pong });
    t.server.send({ ...t.model.set('a'), extra: true });
    await t.shows();
  }),
  define('other-groups-are-ignored', async (t) => {
    await t.begin('a');
    t.server.send({ ...t.model.change('create', 'b', 2), groupId: 'another' });
    t.write('a');
    await t.shows();
  }),
  define('lost-events-lose-no-changes', async (t) => {
    await t.begin('a');
    t.server.send({ type: SOCKET_MESSAGE.dropped, streamName: 'stream', groupId: 'a group', count: 3 });
    t.write('b');
    await t.shows();
  }),
  define(
    'one-item-is-followed',
    async (t) => {
      await t.begin('a');
      t.write('a');
      await t.shows();
      t.write('-a');
      await t.shows('');
    },
    'a',
  ),
  define(
    'an-item-that-is-missing-appears',
    async (t) => {
      await t.begin();
      t.write('a');
      await t.shows();
    },
    'a',
  ),
  define('a-server-that-numbers-nothing-is-followed', async (t) => {
    t.model.isPlain = true;
    await t.begin('a', 'b');
    t.write('a', '-b', 'c');
    await t.shows();
  }),
  define('a-slow-client-is-caught-up-with-what-is-newest', async (t) => {
    await t.begin('a', 'b');
    t.change('a', 'a', 'c', 'b', 'c');
    t.server.send(...t.model.changesSince({ epoch: t.model.epoch, seq: 2 }));
    await t.shows();
    assert.deepEqual(t.last?.items?.[0]?.data, dataOf('a', 4));
  }),
];
