import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../domain/change.js';
import { RedisServer } from '../testing/redis-server.js';
import { remove, set } from '../testing/writing.js';
import { openRedisStore } from './index.js';
import { LONG } from './long-group.js';

/** The run with figures is `LONG_ITEMS=600000`. */
const ITEMS = Number(process.env.LONG_ITEMS ?? LONG * 2);
const FILLED_AT_ONCE = 5_000;
const AT = { stream: 's', group: 'long' };
const DATA = 'stream:s:long';
const OWN = (name: string): string => `{${DATA}}:${name}`;

/** Writes what as many sets would have written, after the first. */
const FILL = `
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  redis.call('HSET', KEYS[1], 'i' .. i, '{"n":' .. i .. ',"filler":"${'x'.repeat(100)}"}')
  redis.call('HSET', KEYS[2], 'i' .. i, i .. ' ' .. i .. ' ' .. i .. ' 0 0 1')
  redis.call('ZADD', KEYS[3], i, 'i' .. i)
end
redis.call('HSET', KEYS[4], 'seq', ARGV[2], 'counts', ARGV[2] .. ' ' .. ARGV[2] .. ' 0')
`;

test('a long group is read in pieces, at one seq, and nobody else waits for it', async (t) => {
  await using server = await RedisServer.start();
  await using store = await openRedisStore({ url: server.url });
  const client = server.client();
  t.after(() => client.disconnect());
  await set(store, 'i1', '{"n":1}', AT);
  const keys = [DATA, OWN('meta'), OWN('revs'), OWN('head')];
  for (let i = 2; i <= ITEMS; i += FILLED_AT_ONCE) {
    await client.eval(FILL, keys.length, ...keys, i, Math.min(ITEMS, i + FILLED_AT_ONCE - 1));
  }

  // What is written meanwhile: items that are there, that are new, and that are removed.
  let isReading = true;
  let written = 0;
  let longest = 0;
  const write = async (): Promise<void> => {
    for (let n = 2; isReading; n += 3) {
      const began = performance.now();
      await set(store, 'i', String(n), { stream: 's', group: 'another' });
      longest = Math.max(longest, performance.now() - began);
      await Promise.all([
        set(store, `i${(n * 7) % ITEMS}`, `{"again":${n}}`, AT),
        set(store, `new${n}`, String(n), AT),
        remove(store, `i${ITEMS - n}`, AT),
      ]);
      written += 3;
    }
  };
  const writing = write();
  const began = performance.now();
  const snapshot = await store.snapshot(AT);
  const ms = performance.now() - began;
  isReading = false;
  await writing;
  t.diagnostic(
    `${snapshot.items.length} items in ${ms.toFixed()} ms, ${written} writes meanwhile; a set elsewhere took ${longest.toFixed(1)} ms at most`,
  );
  assert.ok(written > 0);

  // What changed after it leads to what is there now.
  const since = await store.changesSince(AT, snapshot);
  assert.equal(since.kind, 'changes');
  const items = new Map(snapshot.items.map(({ id, value }) => [id, value]));
  for (const { item, kind, value } of since.kind === 'changes' ? since.changes : []) {
    if (kind === 'delete') items.delete(item);
    else items.set(item, value);
  }
  const now = await store.snapshot(AT);
  assert.deepEqual(sorted(items), sorted(new Map(now.items.map(({ id, value }) => [id, value]))));
  assertInOrder(snapshot);
  assertInOrder(now);
  assert.deepEqual(
    await store.list(AT),
    now.items.map(({ value }) => value),
  );
  const reset = await store.changesSince(AT, { epoch: 'other', seq: 1 });
  assert.deepEqual(
    [reset.kind, reset.kind === 'reset' && [reset.reason, reset.snapshot.items.length]],
    ['reset', ['epoch', now.items.length]],
  );
  assert.equal(await client.hlen(DATA), now.items.length);
});

const sorted = (items: ReadonlyMap<string, string>): readonly string[] =>
  [...items].map(([id, value]) => `${id} ${value}`).sort();

function assertInOrder({ items, seq }: Snapshot): void {
  assert.ok(items.every(({ created }, i) => i === 0 || created > items[i - 1]!.created));
  assert.ok(items.every(({ rev }) => rev <= seq));
}
