import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stream } from '@motiadev/stream-client-browser';
import { type ISdk, registerWorker } from 'iii-sdk';
import { browserGlobals, until } from './testing/browser-client.js';
import { config, FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';

const UPDATES = 5_000;
const item = { stream_name: 'feed', group_id: 'all', item_id: 'counter' };

test('the real browser client ends at the last value, gets custom events, and re-syncs after a restart', async () => {
  using _ = browserGlobals();
  await using directory = await temporaryDirectory();
  const yaml = config(FILE_BASED);
  const first = await startServer({ yaml, directory: directory.path });
  const port = new URL(first.streamUrl).port;
  const stream = new Stream(first.streamUrl);
  let iii: ISdk = registerWorker(first.engineUrl, { otel: { enabled: false } });
  try {
    const one = stream.subscribeItem<{ id: string; n: number }>('feed', 'all', 'counter');
    const all = stream.subscribeGroup<{ id: string; n: number }>('feed', 'all');
    const last = UPDATES;
    const oneEnds = until(one as never, (state: { n: number }) => state.n === last);
    const allEnds = until(all as never, (state: { n: number }[]) => state[0]?.n === last);
    const writes = [];
    for (let n = 1; n <= last; n++) {
      writes.push(
        iii.trigger({ function_id: 'stream::set', payload: { ...item, data: { id: 'counter', n } } }),
      );
    }
    await Promise.all(writes);
    assert.deepEqual(await oneEnds, { id: 'counter', n: last });
    assert.deepEqual(await allEnds, [{ id: 'counter', n: last }]);

    const heard = new Promise<unknown>((resolve) => all.onEvent('wave', resolve));
    const heardOne = new Promise<unknown>((resolve) => one.onEvent('wave', resolve));
    const { stream_name, group_id } = item;
    await iii.trigger({
      function_id: 'stream::send',
      payload: { stream_name, group_id, id: 'counter', type: 'wave', data: { from: 'bob' } },
    });
    assert.deepEqual(await heard, { from: 'bob' });
    assert.deepEqual(await heardOne, { from: 'bob' });

    await iii.shutdown();
    assert.equal(await first.stop(), 0);
    await using second = await startServer({
      yaml: yaml.replace('port: 0', `port: ${port}`),
      directory: directory.path,
    });
    iii = registerWorker(second.engineUrl, { otel: { enabled: false } });
    const resynced = until(one as never, (state: { n: number }) => state.n === -1);
    const groupResynced = until(
      all as never,
      (state: { n: number }[]) => state[0]?.n === -1 && state.length === 2,
    );
    await iii.trigger({ function_id: 'stream::set', payload: { ...item, data: { id: 'counter', n: -1 } } });
    await iii.trigger({
      function_id: 'stream::set',
      payload: { ...item, item_id: 'second', data: { id: 'second', n: 0 } },
    });
    assert.deepEqual(await resynced, { id: 'counter', n: -1 });
    assert.equal((await groupResynced).length, 2);
    stream.close();
    await iii.shutdown();
    assert.equal(await second.stop(), 0);
  } finally {
    stream.close();
    await iii.shutdown();
    await first[Symbol.asyncDispose]();
  }
});
