import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../../generated/config.js';
import { asJson } from '../../domain/json-text.js';
import { LocalStore } from '../../store/local/local-store.js';
import type { FunctionContext, ServiceConfig } from '../function-context.js';
import { Lifetimes } from '../lifetimes.js';
import { Owners } from '../owners.js';
import { update } from './update.js';

test('a by that parsing changed changes nothing and asks no custom stream, and values are kept exactly', async () => {
  await using store = await LocalStore.open({
    tombstones: { maxPerGroup: 10, maxAgeMs: 1e6 },
    maxQueuedBytes: 1e6,
  });
  const limits = { max_name_bytes: 16, max_depth: 4, max_frame_bytes: 1000 } as Config['limits'];
  let asked = 0;
  const custom = {
    update: () => {
      asked += 1;
      return undefined;
    },
  } as unknown as FunctionContext['custom'];
  using owners = new Owners(
    store,
    { tells: () => false, crashed: () => {} },
    { graceMs: () => 0, leaseMs: () => 1_000 },
  );
  const config = { current: { limits, streams: {} } as ServiceConfig };
  const lifetimes = new Lifetimes(store, owners, config);
  const handler = update({ store, custom, owners, lifetimes, config });
  const call = (ops: string) => {
    const payload = asJson(`{"stream_name":"s","group_id":"g","item_id":"i","ops":${ops}}`);
    return handler(JSON.parse(payload), { trace: undefined }, payload);
  };
  const fraction = '0.99999999999999999999';
  assert.throws(() => call(`[{"type":"increment","path":"n","by":${fraction}}]`), { reason: 'not_exact' });
  const address = { stream: 's', group: 'g', item: 'i' };
  assert.deepEqual([asked, store.get(address)], [0, undefined]);
  const result = await call('[{"type":"set","path":"n","value":[9007199254740993,1e400]}]');
  assert.equal(result, '{"new_value":{"n":[9007199254740993,1e400]},"old_value":null}');
  assert.deepEqual([asked, store.get(address)], [1, '{"n":[9007199254740993,1e400]}']);
});
