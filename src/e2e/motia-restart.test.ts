import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Stream } from '@motiadev/stream-client-browser';
import { browserGlobals, until } from './testing/browser-client.js';
import { Caller } from './testing/caller.js';
import { config, FILE_BASED, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

const CLOCK_MAIN = fileURLToPath(new URL('./testing/clock-main.ts', import.meta.url));
const DAY = 86_400_000;
const ITEMS = 10;
const INTERVAL = FILE_BASED.replace('file_based,', 'file_based, durability: interval,');

interface Item {
  readonly id: string;
  readonly n: number;
}

/** Sets each item in turn, many calls at once. */
async function write(caller: Caller, changes: number, n: (change: number) => number): Promise<void> {
  const calls = [];
  for (let change = 0; change < changes; change += 1) {
    const item_id = `i${change % ITEMS}`;
    const data = { id: item_id, n: n(change) };
    calls.push(caller.call('stream::set', { stream_name: 'feed', group_id: 'all', item_id, data }));
    if (calls.length % 500 === 0) await Promise.all(calls);
  }
  await Promise.all(calls);
}

const cases = [
  { name: 'in memory, killed after 20,000 changes', adapter: IN_MEMORY, changes: 20_000, offset: 0 },
  { name: 'in memory, the clock set back a day', adapter: IN_MEMORY, changes: 200, offset: -DAY },
  { name: 'file_based, the clock set back a day', adapter: FILE_BASED, changes: 200, offset: -DAY },
  { name: 'interval, killed after 5,000 changes', adapter: INTERVAL, changes: 5_000, offset: -DAY },
] as const;

for (const { name, adapter, changes, offset } of cases) {
  test(`the browser client shows what is stored after a restart: ${name}`, { timeout: 120_000 }, async () => {
    using _ = browserGlobals();
    await using directory = await temporaryDirectory();
    const start = (port: string, offsetMs: number) =>
      startServer({
        yaml: config(adapter).replace('port: 0', `port: ${port}`),
        directory: directory.path,
        main: CLOCK_MAIN,
        env: { CLOCK_OFFSET_MS: String(offsetMs) },
      });
    await using first = await start('0', 0);
    const stream = new Stream(first.streamUrl);
    try {
      const all = stream.subscribeGroup<Item>('feed', 'all');
      const one = stream.subscribeItem<Item>('feed', 'all', 'i0');
      const caller = await Caller.open(first.engineUrl);
      await write(caller, changes, (change) => change);
      await caller.call('stream::send', { stream_name: 'feed', group_id: 'all', type: 'wave', data: 1 });
      await until(all as never, (state: Item[]) => state.some(({ n }) => n === changes - 1));
      await until(one as never, ({ n }: Item) => n === changes - ITEMS);
      await first.kill();

      await using second = await start(new URL(first.streamUrl).port, offset);
      await using after = await Caller.open(second.engineUrl);
      // Deletes one, changes the others: a client that drops the sync shows an old state.
      await write(after, ITEMS, (change) => -1 - change);
      const group = { stream_name: 'feed', group_id: 'all' };
      await after.call('stream::delete', { ...group, item_id: 'i5' });
      const ends = until(all as never, (state: Item[]) => state.length === ITEMS - 1 && state[0]!.n === -1);
      await until(one as never, ({ n }: Item) => n === -1);
      assert.deepEqual(await ends, await after.call('stream::list', group));
    } finally {
      stream.close();
    }
  });
}
