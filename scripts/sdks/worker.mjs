// A worker of npm's iii-sdk, whichever version this folder has: tries every feature and prints a line of JSON for each.
// scripts/sdks/trial.ts runs it beside an installed SDK.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import * as sdk from 'iii-sdk';

/** iii-sdk moved this from a method to a function of its own. */
const helpers = await import('iii-sdk/helpers').catch(() => undefined);

const iii = sdk.registerWorker(process.env.III_URL, {
  otel: { enabled: false },
  reconnectionConfig: { initialDelayMs: 100, maxDelayMs: 500 },
});
const call = (function_id, payload, more = {}) => iii.trigger({ function_id, payload, ...more });
const at = (stream_name, item_id) => ({ stream_name, group_id: 'g', item_id });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (line) => console.log(JSON.stringify(line));

/** Resolves with the next call of a handler. */
function handler(id) {
  const waiting = [];
  const seen = [];
  iii.registerFunction(id, async (data, metadata) => {
    const resolve = waiting.shift();
    if (resolve) resolve({ data, metadata });
    else seen.push({ data, metadata });
    return {};
  });
  return () =>
    seen.length > 0 ? Promise.resolve(seen.shift()) : new Promise((resolve) => waiting.push(resolve));
}

const stored = new Map();
const custom = {
  get: async ({ item_id }) => stored.get(item_id) ?? null,
  set: async ({ item_id, data }) => {
    const old_value = stored.get(item_id) ?? null;
    stored.set(item_id, data);
    return { old_value, new_value: data };
  },
  delete: async ({ item_id }) => {
    const old_value = stored.get(item_id) ?? null;
    stored.delete(item_id);
    return { old_value };
  },
  list: async () => [...stored.values()],
  listGroups: async () => ['g'],
  update: async () => null,
};

const changed = handler('sdk::changed');
const joined = iii.registerFunction('sdk::refuse', async () => ({ unauthorized: true }));
iii.registerFunction('sdk::echo', async (data, metadata) => ({ data, metadata }));
const trigger = (type, function_id, config, metadata) =>
  iii.registerTrigger({ type, function_id, config, metadata });
trigger('stream', 'sdk::changed', { stream_name: 'watched' }, { tag: 'm1' });
trigger('stream:join', 'sdk::refuse', { stream_name: 'guarded' });
assert.ok(joined);
if (helpers?.createStream) helpers.createStream(iii, 'mine', custom);
else iii.createStream('mine', custom);

const features = {
  async functions() {
    assert.deepEqual((await call('sdk::echo', { n: 1 })).data.n, 1);
    const item = at('plain', 'a');
    assert.deepEqual(await call('stream::set', { ...item, data: { n: 1 } }), {
      old_value: null,
      new_value: { n: 1 },
    });
    const ops = [{ type: 'increment', path: 'n', by: 2 }];
    assert.deepEqual((await call('stream::update', { ...item, ops })).new_value, { n: 3 });
    assert.deepEqual(await call('stream::get', item), { n: 3 });
    assert.deepEqual(await call('stream::list', { stream_name: 'plain', group_id: 'g' }), [{ n: 3 }]);
    assert.deepEqual(await call('stream::delete', item), { old_value: { n: 3 } });
    assert.equal((await call('stream::get', item)) ?? null, null);
  },
  async trigger() {
    await call('stream::set', { ...at('watched', 'a'), data: 1 });
    const { data } = await changed();
    assert.deepEqual([data.streamName, data.id, data.event], ['watched', 'a', { type: 'create', data: 1 }]);
  },
  async join() {
    tell({ join: 'guarded' });
    assert.equal((await lines.next()).value, 'unauthorized');
  },
  async metadata() {
    if (!helpers) return false;
    assert.deepEqual((await call('sdk::echo', {}, { metadata: { m: 1 } })).metadata, { m: 1 });
    await call('stream::set', { ...at('watched', 'b'), data: 1 });
    assert.deepEqual((await changed()).metadata, { tag: 'm1' });
  },
  observe: async () => typeof iii.observe === 'function',
  async custom() {
    const item = at('mine', 'a');
    assert.deepEqual(await call('stream::set', { ...item, data: { id: 'a', n: 1 } }), {
      old_value: null,
      new_value: { id: 'a', n: 1 },
    });
    assert.deepEqual(stored.get('a'), { id: 'a', n: 1 });
    const ops = [{ type: 'increment', path: 'n', by: 1 }];
    // The SDK registers no update function: the server's own ops go through get and set.
    assert.deepEqual((await call('stream::update', { ...item, ops })).new_value, { id: 'a', n: 2 });
    assert.deepEqual(await call('stream::get', item), { id: 'a', n: 2 });
    assert.deepEqual(await call('stream::list', { stream_name: 'mine', group_id: 'g' }), [{ id: 'a', n: 2 }]);
    assert.deepEqual(await call('stream::list_groups', { stream_name: 'mine' }), ['g']);
    assert.deepEqual(await call('stream::delete', item), { old_value: { id: 'a', n: 2 } });
  },
  async large() {
    const text = 'x'.repeat(3_000_000);
    await call('stream::set', { ...at('plain', 'large'), data: text });
    assert.equal(await call('stream::get', at('plain', 'large')), text);
    const longer = 'y'.repeat(12_000_000);
    assert.equal((await call('sdk::echo', { longer })).data.longer, longer);
  },
  async reconnect() {
    tell({ cut: true });
    assert.equal((await lines.next()).value, 'cut');
    // Calls work before triggers do, and what happens until then is not told: so it is written until it is.
    let seen = changed();
    for (let isSeen = false; !isSeen; ) {
      const again = { ...at('watched', 'c'), data: 'again' };
      await call('stream::set', again, { timeoutMs: 1_000 }).catch(() => undefined);
      const change = await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 500))]);
      isSeen = change?.data.id === 'c';
      if (change !== undefined) seen = changed();
    }
    assert.deepEqual((await call('sdk::echo', { n: 2 })).data.n, 2);
  },
};

/** Engines since 0.23 do not know a worker's functions before it has announced itself. */
async function known() {
  for (;;) {
    const found = await call('sdk::echo', {}).catch(({ code }) => code !== 'function_not_found');
    if (found) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

await lines.next();
await known();
for (const name of process.env.FEATURES.split(' ')) {
  try {
    const offered = (await features[name]()) !== false;
    tell({ feature: name, outcome: offered ? 'works' : 'not offered' });
  } catch (error) {
    tell({ feature: name, outcome: 'fails', why: String(error?.message ?? error) });
  }
}
await iii.shutdown();
process.exit(0);
