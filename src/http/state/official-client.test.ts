import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LiveMode, stream } from '@durable-streams/client';
import { isChangeEvent, MaterializedState, type StateEvent } from '@durable-streams/state';
import { createStateSchema, createStreamDB } from '@durable-streams/state/db';
import { until } from '../../socket/testing/harness.js';
import { start } from '../testing/harness.js';

const PATH = '/v1/stream/groups/s/g';

/** Values of all kinds, as this door shows them. */
const VALUES = [{ n: 1 }, null, 2, 'text', [3], true, { value: 4 }];
const shown = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value };

/** Any schema: what this door says of types is the State Protocol's. */
const anything = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => ({ value: value as object }),
  },
};

for (const live of ['long-poll', 'sse', true] as const satisfies LiveMode[]) {
  test(`the official client with live ${live} ends in the group's state`, async (t) => {
    const { url, set, remove, server } = await start(t);
    await set('early', VALUES[0]);
    await set('gone', 1);
    const abort = new AbortController();
    t.after(() => abort.abort());
    const state = new MaterializedState();
    const response = await stream<StateEvent>({
      url: url + PATH,
      live,
      json: true,
      signal: abort.signal,
      warnOnHttp: false,
    });
    response.subscribeJson(({ items }) => {
      for (const event of items) if (isChangeEvent(event)) state.apply(event);
    });
    await until(() => state.get('s', 'early') !== undefined, 'the snapshot');
    for (let i = 0; i < 50; i += 1) {
      await set(`i${i % 7}`, VALUES[i % VALUES.length]);
      if (i % 3 === 0) await remove(`i${(i * 5) % 7}`);
      if (i % 10 === 0) await new Promise(setImmediate);
    }
    await remove('gone');
    await set('last', { done: true });
    await until(() => state.get('s', 'last') !== undefined, 'the last change');
    const expected = await fetch(`${url}/stream/s/g`).then((reply) => reply.json());
    const wanted = new Map(
      (expected as { items: { id: string; data: unknown }[] }).items.map(({ id, data }) => [id, shown(data)]),
    );
    assert.deepEqual(new Map([...state.getType('s')].sort()), new Map([...wanted].sort()));
    abort.abort();
    await until(() => [...server.connections()].length === 0, 'the reader is gone');
  });
}

test('a StreamDB shows values of all kinds, and goes on', async (t) => {
  const { url, set, remove } = await start(t);
  for (const [i, value] of VALUES.entries()) await set(`i${i}`, value);
  const state = createStateSchema({ items: { schema: anything, type: 's', primaryKey: 'key' } });
  const db = createStreamDB({
    streamOptions: { url: url + PATH, contentType: 'application/json', warnOnHttp: false },
    state,
  });
  t.after(() => db.close());
  await db.preload();
  const { items } = db.collections;
  assert.equal(items.size, VALUES.length);
  const known = (key: string) => items.get(key) as Record<string, unknown> | undefined;
  assert.deepEqual([known('i0')?.n, known('i2')?.value, known('i4')?.value], [1, 2, [3]]);
  await set('i1', 'no longer null');
  await remove('i2');
  await set('i9', false);
  await until(() => known('i9') !== undefined, 'the last change');
  assert.deepEqual(
    [known('i1')?.value, known('i2'), known('i9')?.value],
    ['no longer null', undefined, false],
  );
});

test('the official client is told of an offset that leads nowhere, and begins anew', async (t) => {
  const { url, set } = await start(t);
  await set('a', 1);
  const at = { url: url + PATH, live: false as const, json: true, warnOnHttp: false };
  await assert.rejects(stream({ ...at, offset: '0000000000000001_earlier' }), { status: 410 });
  assert.equal((await (await stream({ ...at, offset: '-1' })).json()).length, 3);
  assert.deepEqual(await (await stream({ ...at, offset: 'now' })).json(), []);
});
