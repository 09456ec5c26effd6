import assert from 'node:assert/strict';
import { FUNCTION, STREAM_EVENT } from '../../../generated/constants.js';
import type { StreamMessage } from '../../../generated/socket.js';
import { area, type Setting } from '../../runner/case.js';
import { acknowledged, cursorOf, here, rejoin } from './setup.js';

const { resume } = area('resume');
const { sync, create, update, delete: removed } = STREAM_EVENT;
const RESTART: Setting = {
  own: true,
  adapters: ['file_based', 'redis'],
  needs: ['restart'],
  timeoutMs: 30_000,
};

export const resumeCases = [
  resume('a-join-with-since-gets-what-changed-after-it', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    const since = await here(t);
    await t.set('b', 3);
    await t.set('c', 4);
    const { client, ack } = await rejoin(t, { since });
    assert.deepEqual([ack.mode, ack.epoch, ack.seq], ['changes', since.epoch, since.seq + 2]);
    const changes = await client.takeStream(2);
    assert.deepEqual(
      changes.map(({ id, event, seq }) => [id, (event as { data: unknown }).data, seq]),
      [
        ['b', 3, since.seq + 1],
        ['c', 4, since.seq + 2],
      ],
    );
    assert.deepEqual(await t.before(client), []);
  }),
  resume('an-item-that-changed-often-comes-once', async (t) => {
    await t.set('a', 0);
    const since = await here(t);
    for (let i = 1; i <= 20; i++) await t.set(i % 2 === 0 ? 'a' : 'b', i);
    const { client } = await rejoin(t, { since });
    const changes = (await client.take(2)).map(([, id, data]) => [id, data]);
    assert.deepEqual(changes, [
      ['b', 19],
      ['a', 20],
    ]);
    assert.deepEqual(await t.before(client), []);
  }),
  resume('a-deletion-is-part-of-what-changed', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    const since = await here(t);
    await t.delete('a');
    const { client } = await rejoin(t, { since });
    assert.deepEqual(
      (await client.take(1)).map(([type, id]) => [type, id]),
      [[removed, 'a']],
    );
    assert.deepEqual(await t.before(client), []);
  }),
  resume('what-was-deleted-and-set-again-comes-as-it-is-now', async (t) => {
    await t.set('a', 1);
    const since = await here(t);
    await t.delete('a');
    await t.set('a', 2);
    const { client } = await rejoin(t, { since });
    const changes = (await t.before(client)).map(([type, id, data]) => [
      type,
      id,
      type === removed ? undefined : data,
    ]);
    // Deployed clients ignore a create of an item that they hold.
    const allowed = [
      [[update, 'a', 2]],
      [
        [removed, 'a', undefined],
        [create, 'a', 2],
      ],
    ];
    const isAllowed = allowed.some((one) => JSON.stringify(one) === JSON.stringify(changes));
    assert(isAllowed, `got ${JSON.stringify(changes)}`);
  }),
  resume('a-create-that-is-learned-late-tells-the-place-of-its-item', async (t) => {
    await t.set('first', 'first');
    const since = await here(t);
    for (const item of ['z', 'a', 'm', 'z', 'a', 'z']) await t.set(item, item);
    const { client } = await rejoin(t, { since });
    const creates = await client.takeStream(3);
    for (const { event } of creates) assert.equal(event.type, create);
    const places = creates.map(({ id, seq = 0, created = seq }) => ({ id, created }));
    const inOrder = places.sort((a, b) => a.created - b.created).map(({ id }) => id);
    assert.deepEqual(['first', ...inOrder], await t.list());
  }),
  resume('when-nothing-changed-nothing-comes', async (t) => {
    await t.set('a', 1);
    const since = await here(t);
    const { client, ack } = await rejoin(t, { since });
    assert.deepEqual([ack.mode, ack.seq], ['changes', since.seq]);
    assert.deepEqual(await t.before(client), []);
  }),
  resume('after-a-resume-changes-are-live', async (t) => {
    await t.set('a', 1);
    const since = await here(t);
    const { client } = await rejoin(t, { since });
    await t.set('a', 2);
    await t.set('b', 3);
    assert.deepEqual(await client.take(2), [
      [update, 'a', 2],
      [create, 'b', 3],
    ]);
  }),
  resume('an-item-subscription-resumes-with-its-item-only', async (t) => {
    await t.set('a', 1);
    const since = await here(t);
    await t.set('b', 2);
    await t.set('a', 3);
    const { client, ack } = await rejoin(t, { since, id: 'a' });
    assert.equal(ack.mode, 'changes');
    assert.deepEqual(await client.take(1), [[update, 'a', 3]]);
    assert.deepEqual(await t.before(client, { id: 'a' }), []);
  }),
  resume('ten-changes-in-a-large-group-are-ten-messages', async (t) => {
    const worker = await t.main();
    const set = (i: number, n: number): Promise<unknown> =>
      worker.call(FUNCTION.set, { ...t.at, item_id: `i${i}`, data: n });
    await Promise.all(Array.from({ length: 2000 }, (_, i) => set(i, 0)));
    const since = await here(t);
    for (let i = 0; i < 10; i++) await set(i * 100, i + 1);
    const { client } = await rejoin(t, { since });
    const data = (await client.take(10)).map(([, , value]) => value);
    assert.deepEqual(data, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(await t.before(client), []);
  }),
  resume('a-cursor-of-another-epoch-gets-a-sync-and-the-reason', async (t) => {
    await t.set('a', 1);
    const { client, ack } = await rejoin(t, { since: { epoch: 'another', seq: 0 } });
    assert.deepEqual([ack.mode, ack.reason], [sync, 'epoch']);
    assert.deepEqual(await client.take(1), [[sync, null, [1]]]);
  }),
  resume('a-cursor-from-the-beginning-gets-everything', async (t) => {
    const since = await here(t);
    assert.equal(since.seq, 0);
    await t.set('a', 1);
    await t.set('b', 2);
    const { client, ack } = await rejoin(t, { since });
    // The epoch of a group that was never written may only be settled by its first change.
    const messages = await client.take(ack.mode === sync ? 1 : 2);
    assert.deepEqual(
      messages.flatMap(([, , data]) => data),
      [1, 2],
    );
  }),
  resume('a-path-takes-since', async (t) => {
    await t.set('a', 1);
    const since = await here(t);
    await t.set('b', 2);
    const cursor = encodeURIComponent(`${since.epoch}:${since.seq}`);
    const client = await t.socket(`/stream/${t.at.stream_name}/${t.at.group_id}/?since=${cursor}`);
    assert.equal((await acknowledged(client)).mode, 'changes');
    assert.deepEqual(await client.take(1), [[create, 'b', 2]]);
  }),
  resume('a-resume-during-writes-misses-nothing', async (t) => {
    await t.set('a', -1);
    const since = await here(t);
    const writing = t.background(async () => {
      for (let i = 0; i < 200; i++) await t.set('a', i);
    });
    for (let i = 0; i < 8; i++) {
      const { client, ack } = await rejoin(t, { since });
      let last = since.seq;
      while (last < since.seq + 200) {
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
      for (let i = 0; i < 300; i++) {
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
  resume('a-resumed-item-join-of-lost-items-syncs-null', async (t) => {
    const { client, ack } = await rejoin(t, { since: { epoch: 'another', seq: 9 }, id: 'a' });
    assert.deepEqual([ack.mode, ack.id], [sync, 'a']);
    assert.deepEqual(await client.take(1), [[sync, 'a', null]]);
  }),
];
