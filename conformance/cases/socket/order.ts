import assert from 'node:assert/strict';
import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { StreamMessage } from '../../../generated/socket.js';
import { area } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';
import type { StreamClient } from '../../wire/stream-client.js';

const { documented, strict } = area('socket');

/** Sets one after the other, beside which clients join. */
const WRITES = 62;

/** Sets in flight at once, so that many fall into one millisecond. */
async function burst(t: Context, count: number, item: (i: number) => string): Promise<void> {
  const worker = await t.main();
  const calls = Array.from({ length: count }, (_, i) =>
    worker.call(FUNCTION.set, { ...t.at, item_id: item(i), data: { id: item(i), n: i } }),
  );
  await Promise.all(calls);
}

function assertIncreasing(messages: readonly StreamMessage[]): void {
  for (let i = 1; i < messages.length; i++) {
    const [before, after] = [messages[i - 1]?.timestamp ?? 0, messages[i]?.timestamp ?? 0];
    assert(after > before, `timestamp ${after} of message ${i} is not greater than ${before}`);
  }
}

/** The state of a client that believes what it gets, as deployed clients do. */
async function stateAt(client: StreamClient, stop: (message: StreamMessage) => boolean): Promise<unknown[]> {
  let state = new Map<string, unknown>();
  for (;;) {
    const { event, id } = await client.nextStream('the end of the changes');
    if (event.type === STREAM_EVENT.sync) {
      state = new Map((event.data as { id: string }[]).map((value) => [value.id, value]));
    } else if (event.type === STREAM_EVENT.delete) state.delete(id ?? '');
    else if (event.type === STREAM_EVENT.create || event.type === STREAM_EVENT.update)
      state.set(id ?? '', event.data);
    else if (event.type === STREAM_EVENT.event && stop({ event } as StreamMessage))
      return [...state.values()];
  }
}

export const orderCases = [
  documented('changes-of-a-group-come-in-their-order', async (t) => {
    const { client } = await t.follow();
    for (let i = 0; i < 40; i++) await t.set(`item-${i % 7}`, i);
    const data = (await client.take(40)).map(([, , value]) => value);
    assert.deepEqual(
      data,
      data.map((_, i) => i),
    );
  }),
  strict('what-one-worker-sends-at-once-comes-in-the-order-sent', async (t) => {
    const { client } = await t.follow();
    await burst(t, 300, (i) => `item-${i % 5}`);
    const numbers = (await client.take(300)).map(([, , value]) => (value as { n: number }).n);
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i),
    );
  }),
  strict('timestamps-increase-strictly-in-a-burst-to-one-item', async (t) => {
    const { client } = await t.follow({ id: 'a' });
    await burst(t, 300, () => 'a');
    assertIncreasing(await client.takeStream(300));
  }),
  strict('timestamps-increase-strictly-across-the-items-of-a-group', async (t) => {
    const { client } = await t.follow();
    await burst(t, 300, (i) => `item-${i % 9}`);
    assertIncreasing(await client.takeStream(300));
  }),
  strict('timestamps-increase-over-deletes-and-creates', async (t) => {
    const { client } = await t.follow();
    for (let i = 0; i < 20; i++) {
      await t.set('a', i);
      await t.delete('a');
    }
    assertIncreasing(await client.takeStream(40));
  }),
  strict('a-sync-is-not-older-than-the-changes-in-it', async (t) => {
    const { client } = await t.follow();
    await burst(t, 200, () => 'a');
    const last = (await client.takeStream(200)).at(-1);
    const { sync } = await t.follow();
    assert(
      sync.timestamp >= (last?.timestamp ?? 0),
      'a client that saw the last change would drop this sync',
    );
  }),
  strict('a-change-after-a-sync-is-newer-than-it', async (t) => {
    await burst(t, 100, () => 'a');
    const { client, sync } = await t.follow();
    await t.set('a', 'next');
    assert(
      (await client.nextStream()).timestamp > sync.timestamp,
      'a client that saw the sync would drop it',
    );
  }),
  strict('the-sync-has-insertion-order', async (t) => {
    const items = ['z', 'a', '10', 'm', '9'];
    for (const item of items) await t.set(item, item);
    await t.set('a', 'a');
    assert.deepEqual((await t.follow()).sync.event, { type: STREAM_EVENT.sync, data: items });
  }),
  strict('a-join-during-writes-misses-nothing-and-repeats-nothing-old', async (t) => {
    const writing = t.background(async () => {
      for (let i = 0; i < WRITES; i++) {
        await t.set(`item-${i % 10}`, { id: `item-${i % 10}`, n: i });
        if (i % 17 === 0) await t.delete(`item-${i % 10}`);
      }
    });
    const clients: StreamClient[] = [];
    for (let i = 0; i < 15; i++) {
      const client = await t.socket();
      client.join({ streamName: t.at.stream_name, groupId: t.at.group_id });
      clients.push(client);
    }
    await writing;
    await t.send('end', null);
    const listed = new Set((await t.list()).map((value) => JSON.stringify(value)));
    for (const client of clients) {
      const state = await stateAt(client, () => true);
      assert.deepEqual(new Set(state.map((value) => JSON.stringify(value))), listed);
    }
  }),
  strict('after-a-join-changes-of-an-item-only-go-forward', async (t) => {
    // One that is there before the first write sees the creation, whoever is faster after that.
    const clients: StreamClient[] = [(await t.follow({ id: 'a' })).client];
    const writing = t.background(async () => {
      for (let i = 0; i < WRITES; i++) await t.set('a', i);
    });
    for (let i = 0; i < 10; i++) clients.push((await t.follow({ id: 'a' })).client);
    await writing;
    for (const client of clients) {
      let last = -1;
      while (last < WRITES - 1) {
        const { event } = await client.nextStream();
        const value = (event as { data: number | null }).data ?? -1;
        assert(value > last, `${value} came after ${last}`);
        last = value;
      }
    }
  }),
  strict('a-sync-holds-what-was-acknowledged-before-the-join', async (t) => {
    for (let i = 0; i < 30; i++) {
      await t.set('a', i);
      const { sync, client } = await t.follow({ id: 'a' });
      assert.deepEqual(sync.event, { type: STREAM_EVENT.sync, data: i });
      client.terminate();
    }
  }),
  strict('a-stalled-client-delays-nobody', async (t) => {
    const { client: stalled } = await t.follow();
    const { client } = await t.follow();
    stalled.pause();
    const text = 'x'.repeat(20_000);
    for (let i = 0; i < 100; i++) await t.set('a', { text, i });
    const { event } = (await client.takeStream(100)).at(-1) as StreamMessage;
    assert.equal((event as { data: { i: number } }).data.i, 99);
  }),
  strict('a-stalled-client-ends-in-the-right-state', async (t) => {
    const { client } = await t.follow();
    client.pause();
    const text = 'x'.repeat(40_000);
    for (let i = 0; i < 150; i++) await t.set('a', { text, i });
    client.resume();
    const isLast = (data: unknown): boolean => (data as { i?: number } | null)?.i === 149;
    await client.until('the last value', (message) => {
      if (message.type !== SOCKET_MESSAGE.stream || !('data' in message.event)) return false;
      const { data } = message.event;
      return Array.isArray(data) ? data.some(isLast) : isLast(data);
    });
  }),
];
