import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { LocalError, StreamError } from '../../domain/errors.js';
import type { Store } from '../port.js';
import { Recorder } from '../testing/recorder.js';
import { RedisServer } from '../testing/redis-server.js';
import { at, GROUP, increment, set, upTo } from '../testing/writing.js';
import { openRedisStore } from './index.js';

const PATIENCE_MS = 400;

async function withNode(
  run: (context: { server: RedisServer; store: Store; recorder: Recorder }) => Promise<void>,
  warned: (text: string) => unknown = () => {},
): Promise<void> {
  await using server = await RedisServer.start('--appendfsync', 'always');
  const logger = { info() {}, warn: (_: object, text: string) => warned(text) };
  await using store = await openRedisStore({ url: server.url, commandTimeoutMs: PATIENCE_MS, logger });
  const recorder = new Recorder();
  store.listen(recorder);
  await run({ server, store, recorder });
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof StreamError && error.reason === 'unavailable';

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Tries until the store takes writes again. */
async function recovered(store: Store): Promise<void> {
  const end = performance.now() + 10_000;
  while (!store.health().writable) {
    assert.equal(performance.now() < end, true, 'the store did not recover');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Writes until told to stop; counts what was acknowledged. */
function load(store: Store): {
  stop(): Promise<{ acknowledged: number; failed: number; slowestMs: number }>;
} {
  let running = true;
  const result = { acknowledged: 0, failed: 0, slowestMs: 0 };
  const writer = async (n: number) => {
    while (running) {
      const started = performance.now();
      try {
        await increment(store, `i${n}`);
        result.acknowledged++;
      } catch (error) {
        assert.equal(isUnavailable(error), true, String(error));
        result.failed++;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      result.slowestMs = Math.max(result.slowestMs, performance.now() - started);
    }
  };
  const writers = upTo(8).map(writer);
  return {
    stop: async () => {
      running = false;
      await Promise.all(writers);
      return result;
    },
  };
}

test('Redis killed and started again under load: no acknowledged write is lost', {
  timeout: 30_000,
}, async () => {
  await withNode(async ({ server, store, recorder }) => {
    const running = load(store);
    await recorder.until(() => recorder.changes.length > 200, 'some changes');
    const before = await store.snapshot(GROUP);
    await server.kill();
    await assert.rejects(async () => store.get(at('i1')), isUnavailable);
    assert.equal(store.health().writable, false);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.start();
    await recovered(store);
    await recorder.until(() => recorder.gaps.length > 0, 'the gap');
    const { acknowledged, failed, slowestMs } = await running.stop();
    assert.equal(failed > 0, true);
    assert.equal(slowestMs < 2 * PATIENCE_MS, true, `${slowestMs} ms`);
    const after = await store.snapshot(GROUP);
    const counted = after.items.reduce((sum, { value }) => sum + Number(value), 0);
    // A write whose answer was lost may have happened: at most one for each writer.
    assert.equal(
      counted >= acknowledged && counted <= acknowledged + 8,
      true,
      `${counted} of ${acknowledged}`,
    );
    assert.equal(after.seq, counted);
    // Nobody can prove that a Redis which was started again holds everything.
    assert.notEqual(after.epoch, before.epoch);
    const since = await store.changesSince(GROUP, before);
    assert.equal(since.kind === 'reset' && since.reason, 'epoch');
    assert.equal((await store.changesSince(GROUP, after)).kind, 'changes');
  });
});

test('connections that Redis closes come back, and the gap is told', { timeout: 30_000 }, async () => {
  await withNode(async ({ server, store, recorder }) => {
    const redis = server.client();
    try {
      const running = load(store);
      for (const n of upTo(3)) {
        const seen = recorder.changes.length;
        await recorder.until(() => recorder.changes.length > seen + 100, 'some changes');
        await redis.call('CLIENT', 'KILL', 'TYPE', n === 2 ? 'normal' : 'pubsub', 'SKIPME', 'yes');
        if (n !== 2) await recorder.until(() => recorder.gaps.length === (n + 1) / 2, 'the gap');
        await recovered(store);
      }
      const { acknowledged } = await running.stop();
      const { items, seq } = await store.snapshot(GROUP);
      const counted = items.reduce((sum, { value }) => sum + Number(value), 0);
      assert.equal(
        counted >= acknowledged && counted <= acknowledged + 8,
        true,
        `${counted} of ${acknowledged}`,
      );
      // What was written before the subscription came back is the gap's; this is not.
      const { change } = await set(store, 'last', '1');
      assert.equal(change?.seq, seq + 1);
      await recorder.until(() => recorder.changes.at(-1)?.seq === change?.seq, 'the newest change');
      const seqs = recorder.changes.map((change) => change.seq);
      assert.equal(
        seqs.every((one, index) => index === 0 || one > seqs[index - 1]!),
        true,
      );
    } finally {
      redis.disconnect();
    }
  });
});

test('a Redis that stops answering fails calls in time, and is used again when it answers', {
  timeout: 30_000,
}, async () => {
  const lost = withResolvers();
  const warned = (text: string) => text === 'lost the subscription to Redis' && lost.resolve();
  await withNode(async ({ server, store, recorder }) => {
    await set(store, 'a', '1');
    server.pause();
    const started = performance.now();
    const calls = [
      set(store, 'a', '2'),
      set(store, 'b', '2'),
      store.get(at('a')),
      store.snapshot(GROUP),
      store.listAll(),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      assert.equal(outcome.status === 'rejected' && isUnavailable(outcome.reason), true);
    }
    assert.equal(performance.now() - started < 3 * PATIENCE_MS, true);
    await assert.rejects(async () => set(store, 'c', '2'), isUnavailable);
    // No byte says that the subscription is dead: its heartbeat finds out.
    await lost.promise;
    assert.equal(store.health().writable, false);
    server.resume();
    await recovered(store);
    await recorder.until(() => recorder.gaps.length === 1, 'the gap');
    const { change } = await set(store, 'a', '3');
    assert.equal((await store.snapshot(GROUP)).seq, change?.seq);
    // The two writes that nobody answered happened once or not at all; they are not sent again.
    assert.equal(change?.seq === 2 || change?.seq === 4, true, `${change?.seq}`);
    await recorder.until(() => recorder.changes.at(-1)?.value === '3', 'the change');
  }, warned);
});

test('a Redis without memory refuses writes as a whole and goes on answering reads', async () => {
  await withNode(async ({ server, store }) => {
    await set(store, 'a', '1');
    const redis = server.client();
    try {
      await redis.config('SET', 'maxmemory', '1');
      await assert.rejects(
        async () => set(store, 'a', '2'),
        (error: unknown) => error instanceof StreamError && error.reason === 'read_only',
      );
      assert.equal(await store.get(at('a')), '1');
      assert.equal((await store.snapshot({ stream: 'chat', group: 'new' })).seq, 0);
      await redis.config('SET', 'maxmemory', '0');
      assert.equal((await set(store, 'a', '2')).change?.seq, 2);
    } finally {
      redis.disconnect();
    }
  });
});

async function refusal(url: string): Promise<string> {
  const started = performance.now();
  const message = await openRedisStore({ url, commandTimeoutMs: 1_000 }).then(
    async (store) => {
      await store[Symbol.asyncDispose]();
      return 'opened';
    },
    (error: unknown) => (error instanceof LocalError ? `${error.code} ${error.message}` : String(error)),
  );
  assert.equal(performance.now() - started < 2_500, true, url);
  assert.equal(message.includes('hunter2'), false);
  return message;
}

test('a Redis that cannot be used at start is one clear sentence without credentials', {
  timeout: 30_000,
}, async () => {
  await using server = await RedisServer.start('--requirepass', 'right');
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const port = (silent.address() as { port: number }).port;
  try {
    assert.match(
      await refusal('redis://me:hunter2@127.0.0.1:1'),
      /^redis_unreachable .*127\.0\.0\.1:1 .*ECONNREFUSED/,
    );
    assert.match(
      await refusal('redis://me:hunter2@no-such-host.invalid'),
      /^redis_unreachable .*no-such-host/,
    );
    assert.match(await refusal(`redis://:hunter2@127.0.0.1:${port}`), /^redis_unreachable /);
    assert.match(
      await refusal(`redis://:hunter2@127.0.0.1:${server.port}`),
      /^redis_unreachable .*WRONGPASS/,
    );
    assert.match(await refusal(server.url), /^redis_unreachable .*NOAUTH/);
    assert.match(
      await refusal('redis://:hunter2@127.0.0.1:1,127.0.0.1:2'),
      /^redis_unreachable .*ECONNREFUSED/,
    );
    assert.equal(await refusal(`redis://:right@127.0.0.1:${server.port}`), 'opened');
  } finally {
    silent.close();
  }
});

test('a closed store refuses and closes its connections', async () => {
  await using server = await RedisServer.start();
  const store = await openRedisStore({ url: server.url });
  const pending = set(store, 'a', '1');
  await store[Symbol.asyncDispose]();
  assert.equal((await pending).change?.seq, 1);
  await assert.rejects(async () => set(store, 'a', '2'), isUnavailable);
  assert.equal(store.health().writable, false);
  const redis = server.client();
  try {
    assert.equal(((await redis.client('LIST')) as string).trim().split('\n').length, 1);
  } finally {
    redis.disconnect();
  }
});
