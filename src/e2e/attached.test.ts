import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { registerWorker } from 'iii-sdk';
import { WebSocket } from 'ws';
import { FUNCTION, TRIGGER_TYPE, WORKER_MESSAGE } from '../../generated/constants.js';
import { Caller } from './testing/caller.js';
import { startEngine } from './testing/engine.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const RECONNECT = { initialDelayMs: 50, maxDelayMs: 200 };

/** Milliseconds within which a returned engine must serve again. */
const RETURN_LIMIT = 10_000;

/** Calls until it works, and tells how long that took in ms. */
async function untilItWorks(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (;;) {
    try {
      await call();
      return performance.now() - started;
    } catch (error) {
      if (performance.now() - started > RETURN_LIMIT) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

test('an engine that is killed and comes back: sockets stay, functions and triggers return, each trigger fires once', async () => {
  await using directory = await temporaryDirectory();
  const engine = await startEngine();
  const port = Number(new URL(engine.url).port);
  const args = ['--engine', engine.url];
  await using server = await startServer({ yaml: config(IN_MEMORY), args, directory: directory.path });
  const iii = registerWorker(engine.url, { otel: { enabled: false }, reconnectionConfig: RECONNECT });
  const fired = new Map<number, number>();
  const gone: unknown[] = [];
  const ids = { kept: randomUUID(), gone: randomUUID() };
  iii.registerFunction(ids.kept, async ({ event }) => {
    fired.set(event.data, (fired.get(event.data) ?? 0) + 1);
  });
  iii.registerFunction(ids.gone, async (payload) => void gone.push(payload));
  iii.registerTrigger({ type: TRIGGER_TYPE.stream, function_id: ids.kept, config: { stream_name: 's' } });
  const unregistered = iii.registerTrigger({
    type: TRIGGER_TYPE.stream,
    function_id: ids.gone,
    config: { stream_name: 's' },
  });
  const set = (data: number) =>
    iii.trigger({
      function_id: FUNCTION.set,
      payload: { stream_name: 's', group_id: 'g', item_id: 'i', data },
      timeoutMs: 500,
    });
  await set(0);
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => SocketClient.open(`${server.streamUrl}/stream/s/g`)),
  );
  let writing = true;
  const load = (async () => {
    for (let n = 1_000; writing; n++) await set(n).catch(() => {});
  })();

  await engine.kill();
  unregistered.unregister();
  // While the engine is away, the socket still reads from the store.
  await using late = await SocketClient.open(`${server.streamUrl}/stream/s/g`);
  const sync = await late.find((message) => message.event.type === 'sync');
  assert.ok(Array.isArray(sync.event.data));
  await using second = await startEngine(port);
  const back = await untilItWorks(() => set(1));
  assert.ok(back < RETURN_LIMIT, `${back} ms`);
  writing = false;
  await load;
  assert.equal(second.url, engine.url);

  gone.length = 0;
  for (let n = 2; n <= 100; n++) await set(n);
  const last = (message: { event: { data?: unknown } }) => message.event.data === 100;
  await Promise.all(clients.map((client) => client.find(last)));
  while (!fired.has(100)) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let n = 2; n <= 100; n++)
    assert.equal(fired.get(n), 1, `the trigger fired ${fired.get(n)} times for ${n}`);
  assert.deepEqual(gone, [], 'a trigger that was unregistered in the meantime is gone');
  for (const client of clients) {
    assert.equal(client.socket.readyState, WebSocket.OPEN, 'no socket was dropped');
    await client[Symbol.asyncDispose]();
  }
  await iii.shutdown();
  assert.equal(await server.stop(), 0);
});

test('an engine that is absent at the start is waited for', async () => {
  await using directory = await temporaryDirectory();
  const probe = await startEngine();
  const port = Number(new URL(probe.url).port);
  await probe.kill();
  const args = ['--engine', `ws://127.0.0.1:${port}`];
  const starting = startServer({ yaml: config(IN_MEMORY), args, directory: directory.path });
  await using _ = await startEngine(port);
  await using server = await starting;
  assert.match(server.log(), /engine/);
  assert.equal(await server.stop(), 0);
});

test('10,000 calls while workers connect and vanish: each gets a result or an error, none hangs', async () => {
  await using directory = await temporaryDirectory();
  await using engine = await startEngine();
  const args = ['--engine', engine.url];
  await using server = await startServer({ yaml: config(IN_MEMORY), args, directory: directory.path });
  let churning = true;
  // Each owns a custom stream for a moment, and goes without answering what is asked of it.
  const churn = Array.from({ length: 4 }, async (_, i) => {
    while (churning) {
      const socket = new WebSocket(engine.url);
      await once(socket, 'open');
      const id = `${FUNCTION.set}(custom-${i})`;
      socket.send(JSON.stringify({ type: WORKER_MESSAGE.registerFunction, id }));
      await new Promise((resolve) => setTimeout(resolve, 15));
      socket.terminate();
      await once(socket, 'close');
    }
  });
  const callers = await Promise.all(Array.from({ length: 8 }, () => Caller.open(engine.url)));
  const outcomes = { results: 0, errors: 0 };
  await Promise.all(
    callers.map(async (caller, c) => {
      for (let n = 0; n < 1_250; n += 50) {
        const calls = Array.from({ length: 50 }, (_, i) => {
          const stream = i % 5 === 0 ? `custom-${i % 4}` : 's';
          return caller.set(stream, `g${c}`, `i${n + i}`, { n });
        });
        for (const { status } of await Promise.allSettled(calls)) {
          outcomes[status === 'fulfilled' ? 'results' : 'errors']++;
        }
      }
    }),
  );
  churning = false;
  await Promise.all(churn);
  assert.equal(outcomes.results + outcomes.errors, 10_000);
  assert.ok(outcomes.results >= 8_000, `${outcomes.results} results`);
  for (const caller of callers) await caller[Symbol.asyncDispose]();
  assert.equal(await server.stop(), 0);
});
