import assert from 'node:assert/strict';
import { STREAM_EVENT } from '../../../generated/constants.js';
import type { StreamMessage } from '../../../generated/socket.js';
import { area, type Setting } from '../../runner/case.js';
import { cursorOf, here, rejoin } from './setup.js';

const { resume } = area('resume', { needs: ['cursors', 'acknowledged-joins'] });
const { sync, delete: removed } = STREAM_EVENT;
const RESTART: Setting = {
  own: true,
  adapters: ['file_based', 'redis'],
  needs: ['restart'],
  timeoutMs: 30_000,
};

export const convergenceCases = [
  resume('a-resume-during-writes-misses-nothing', async (t) => {
    await t.set('a', -1);
    const since = await here(t);
    const writing = t.background(async () => {
      for (let i = 0; i < 40; i++) await t.set('a', i);
    });
    for (let i = 0; i < 8; i++) {
      const { client, ack } = await rejoin(t, { since });
      let last = since.seq;
      while (last < since.seq + 40) {
        const { seq = 0 } = await client.nextStream();
        assert(seq > last, `seq ${seq} came after ${last}`);
        if (last >= ack.seq) assert.equal(seq, last + 1, 'live changes have no hole');
        last = seq;
      }
    }
    await writing;
  }),
  resume('a-client-that-is-cut-often-ends-in-the-right-state', async (t) => {
    let writing = true;
    const done = t.background(async () => {
      for (let i = 0; i < 63; i++) {
        await t.set(`i${i % 12}`, i);
        if (i % 7 === 0) await t.delete(`i${(i + 5) % 12}`);
      }
      writing = false;
      await t.set('end', 'end');
    });
    const state = new Map<string, unknown>();
    const apply = ({ event, id }: StreamMessage): void => {
      if (event.type === sync) {
        state.clear();
        for (const item of event.data as { id: string; data: unknown }[]) state.set(item.id, item.data);
      } else if (event.type === removed) state.delete(id ?? '');
      else if ('data' in event) state.set(id ?? '', event.data);
    };
    const { client: first, sync: start } = await t.follow({ items: true });
    apply(start);
    first.terminate();
    let since = cursorOf(start);
    while (!state.has('end')) {
      const { client } = await rejoin(t, { since, items: true });
      for (let n = 0; n < (writing ? 5 : 1000) && !state.has('end'); n++) {
        const message = await client.nextStream();
        apply(message);
        since = cursorOf(message);
      }
      client.terminate();
    }
    await done;
    const { sync: truth } = await t.follow({ items: true });
    const items = (truth.event as unknown as { data: { id: string; data: unknown }[] }).data;
    assert.deepEqual(state, new Map(items.map(({ id, data }) => [id, data])));
  }),
  resume(
    'a-deletion-past-the-horizon-leads-to-a-sync',
    async (t) => {
      for (let i = 0; i < 10; i++) await t.set(`i${i}`, i);
      await t.set('kept', 1);
      const since = await here(t);
      for (let i = 0; i < 10; i++) await t.delete(`i${i}`);
      // Deletions may be forgotten a little later than the bound says.
      for (;;) {
        const { client, ack } = await rejoin(t, { since });
        if (ack.mode === sync) {
          assert.equal(ack.reason, 'horizon');
          assert.deepEqual(await client.take(1), [[sync, null, [1]]]);
          return;
        }
        client.terminate();
        await t.set('other', 1);
        await t.delete('other');
      }
    },
    { needs: ['tombstones'], config: { tombstones: { max_per_group: 2 } } },
  ),
  resume(
    'a-cursor-is-good-after-a-restart',
    async (t) => {
      const config = await t.ownConfig();
      const target = await t.launch(config);
      await t.set('a', 1);
      await t.set('b', 2);
      const since = await here(t);
      await t.delete('a');
      await t.set('c', 3);
      await target.stop();
      await t.launch(config);
      const { client, ack } = await rejoin(t, { since });
      assert.equal(ack.mode, 'changes');
      assert.deepEqual(
        (await client.take(2)).map(([type, id]) => [type === removed, id]),
        [
          [true, 'a'],
          [false, 'c'],
        ],
      );
    },
    RESTART,
  ),
  resume(
    'a-cursor-is-good-after-a-crash',
    async (t) => {
      const config = await t.ownConfig();
      const target = await t.launch(config);
      await t.set('a', 1);
      const since = await here(t);
      await t.set('b', 2);
      await target.kill();
      await t.launch(config);
      const { client, ack } = await rejoin(t, { since });
      assert.equal(ack.mode, 'changes');
      assert.deepEqual(
        (await client.take(1)).map(([, id, data]) => [id, data]),
        [['b', 2]],
      );
    },
    { ...RESTART, needs: ['crash'] },
  ),
  resume(
    'a-cursor-of-lost-data-leads-to-a-sync',
    async (t) => {
      const config = await t.ownConfig();
      const target = await t.launch(config);
      for (let i = 0; i < 5; i++) await t.set('a', i);
      const since = await here(t);
      await target.stop();
      await t.launch(config);
      for (let i = 0; i < 7; i++) await t.set('b', i);
      const { client, ack } = await rejoin(t, { since });
      assert.deepEqual([ack.mode, ack.reason], [sync, 'epoch']);
      assert.deepEqual(await client.take(1), [[sync, null, [6]]]);
      assert.notEqual(ack.epoch, since.epoch);
    },
    { ...RESTART, adapters: ['in_memory'] },
  ),
];
