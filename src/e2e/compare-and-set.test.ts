import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FUNCTION } from '../../generated/constants.js';
import type { SetResult, UpdateResult } from '../../generated/functions.js';
import { RedisServer } from '../store/testing/redis-server.js';
import { Caller } from './testing/caller.js';
import { config, FILE_BASED, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

const WORKERS = 8;
/** Increments of each worker; the long run sets `CAS_INCREMENTS=1000`. */
const INCREMENTS = Number(process.env.CAS_INCREMENTS ?? 100);
const AT = { stream_name: 's', group_id: 'g', item_id: 'n' };

/** Increments by reading, adding and comparing; a conflict tells what to try next. */
async function increment(caller: Caller, times: number): Promise<number> {
  let current = (await caller.call(FUNCTION.get, { ...AT, items: true })) as
    | { rev: number; data: number }
    | undefined;
  let conflicts = 0;
  for (let done = 0; done < times; ) {
    const payload = { ...AT, data: (current?.data ?? 0) + 1, if_rev: current?.rev ?? 0 };
    const { outcome, rev = 0, new_value } = (await caller.call(FUNCTION.set, payload)) as SetResult;
    current = { rev, data: new_value as number };
    if (outcome === 'applied') done += 1;
    else conflicts += 1;
  }
  return conflicts;
}

async function countsExactly(adapter: string, nodes: number): Promise<number> {
  await using directory = await temporaryDirectory();
  const open: AsyncDisposable[] = [];
  const callers: Caller[] = [];
  try {
    for (let node = 0; node < nodes; node += 1) {
      const server = await startServer({ yaml: config(adapter), directory: directory.path });
      open.push(server);
      for (let n = 0; n < WORKERS / nodes; n += 1) callers.push(await Caller.open(server.engineUrl));
    }
    const conflicts = await Promise.all(callers.map((caller) => increment(caller, INCREMENTS)));
    assert.equal(await callers[0]!.call(FUNCTION.get, AT), WORKERS * INCREMENTS);
    return conflicts.reduce((sum, each) => sum + each, 0);
  } finally {
    for (const each of [...callers, ...open]) await each[Symbol.asyncDispose]();
  }
}

for (const [name, adapter] of [
  ['in_memory', IN_MEMORY],
  ['file_based', FILE_BASED],
] as const) {
  test(`${WORKERS} workers that compare and set count exactly: ${name}`, { timeout: 300_000 }, async (t) => {
    t.diagnostic(`${await countsExactly(adapter, 1)} conflicts`);
  });
}

test(`${WORKERS} workers that compare and set count exactly: redis, two nodes`, {
  timeout: 300_000,
}, async (t) => {
  await using redis = await RedisServer.start();
  t.diagnostic(`${await countsExactly(`name: redis\nconfig: { redis_url: "${redis.url}" }`, 2)} conflicts`);
});

test('appends to an item of 50 KB that return the rev cost no replies to speak of', {
  timeout: 120_000,
}, async (t) => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(IN_MEMORY), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  await caller.set('s', 'g', 'n', 'x'.repeat(50_000));
  let bytes = 0;
  caller.socket.on('message', (data) => {
    bytes += (data as Buffer).length;
  });
  const payload = { ...AT, ops: [{ type: 'append', path: '', value: 'abcd' }], return: 'rev' };
  const replies = await Promise.all(
    Array.from({ length: 2_000 }, () => caller.call(FUNCTION.update, payload)),
  );
  assert.equal((replies.at(-1) as UpdateResult).rev, 2_001);
  t.diagnostic(`${bytes} bytes of replies`);
  assert(bytes <= 400_000, `${bytes} bytes`);
});
