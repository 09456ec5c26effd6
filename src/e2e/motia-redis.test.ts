import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stream } from '@motiadev/stream-client-browser';
import { WebSocket } from 'ws';
import { RedisServer } from '../store/testing/redis-server.js';
import { Caller } from './testing/caller.js';
import { config, startServer, temporaryDirectory } from './testing/server.js';

// The browser client expects the browser's WebSocket.
Object.assign(globalThis, { WebSocket });

const ROUNDS = 500;
const AT_ONCE = 25;
const LATE_MS = 10_000;

interface Item {
  readonly id: string;
}

/** Resolves when a subscription of the client shows something; rejects when it goes on showing nothing. */
function shown(subscription: {
  getState(): unknown;
  addChangeListener(listener: (state: unknown) => void): void;
}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the client shows nothing')), LATE_MS);
    const look = (state: unknown): void => {
      const item = Array.isArray(state) ? state[0] : state;
      if (item === undefined || item === null) return;
      clearTimeout(late);
      resolve(item);
    };
    subscription.addChangeListener(look);
    look(subscription.getState());
  });
}

test(`the real browser client shows the first change of an empty group on Redis, ${ROUNDS} times`, {
  timeout: 120_000,
}, async () => {
  await using redis = await RedisServer.start();
  await using directory = await temporaryDirectory();
  const yaml = config(`name: redis\nconfig: { redis_url: "${redis.url}" }`);
  await using one = await startServer({ yaml, directory: directory.path });
  await using two = await startServer({ yaml, directory: directory.path });
  await using here = await Caller.open(one.engineUrl);
  await using there = await Caller.open(two.engineUrl);
  const stream = new Stream(one.streamUrl);
  try {
    const round = async (n: number): Promise<void> => {
      const group = `g${n}`;
      const item = stream.subscribeItem<Item>('s', group, 'a');
      const all = stream.subscribeGroup<Item>('s', group);
      const both = [shown(item), shown(all)];
      // The change and the joins meet in every order.
      await (n % 2 === 0 ? here : there).set('s', group, 'a', { id: 'a' });
      assert.deepEqual(await Promise.all(both), [{ id: 'a' }, { id: 'a' }], group);
      item.close();
      all.close();
    };
    for (let n = 0; n < ROUNDS; n += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => round(n + i)));
  } finally {
    // Its close does not stop its reconnecting.
    Object.assign(globalThis, {
      WebSocket: class {
        addEventListener(): void {}
      },
    });
    stream.close();
  }
});
