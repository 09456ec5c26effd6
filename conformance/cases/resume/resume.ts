import assert from 'node:assert/strict';
import { FUNCTION, STREAM_EVENT } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import { acknowledged, here, rejoin } from './setup.js';

const { resume } = area('resume', { needs: ['cursors', 'acknowledged-joins'] });
const { sync, create, update, delete: removed } = STREAM_EVENT;

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
  resume('a-resumed-item-join-of-lost-items-syncs-null', async (t) => {
    const { client, ack } = await rejoin(t, { since: { epoch: 'another', seq: 9 }, id: 'a' });
    assert.deepEqual([ack.mode, ack.id], [sync, 'a']);
    assert.deepEqual(await client.take(1), [[sync, 'a', null]]);
  }),
];
