import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../net/testing/free-port.js';
import { Caller } from './testing/caller.js';
import { EventReaders } from './testing/event-readers.js';
import { config, FILE_BASED, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';

/** The run with figures is `RESTART_READERS=1000`: at the pace of browsers, and with an outage and a drain. */
const READERS = Number(process.env.RESTART_READERS ?? 100);
const IS_MEASURED = process.env.RESTART_READERS !== undefined;
const SPEED = IS_MEASURED ? 1 : 10;
const DRAIN_MS = 3_000 / SPEED;
const OUTAGE_MS = 12_000 / SPEED;
const SECOND = 1_000;

type End = (server: RunningServer) => Promise<unknown>;
const crash: End = (server) => server.kill();
const outage: End = async (server) => {
  await server.kill();
  await delay(OUTAGE_MS);
};
const stop: End = (server) => server.stop();

/** The most that came within any second, and the mean of a second. */
function joinsPerSecond(joins: readonly number[]): { peak: number; mean: number } {
  let peak = 0;
  for (let first = 0, last = 0; last < joins.length; last += 1) {
    while (joins[last]! - joins[first]! >= SECOND) first += 1;
    peak = Math.max(peak, last - first + 1);
  }
  const span = Math.max(SECOND, joins.at(-1)! - joins[0]!);
  return { peak, mean: (joins.length * SECOND) / span };
}

async function run(t: TestContext, more: string, ends: Readonly<Record<string, End>>): Promise<void> {
  await using directory = await temporaryDirectory();
  const port = await freePort();
  const yaml = config(FILE_BASED, more).replace('port: 0', `port: ${port}`);
  const start = () => startServer({ yaml, directory: directory.path });
  let server = await start();
  using readers = new EventReaders({
    url: `http://127.0.0.1:${port}/stream/s/g`,
    count: READERS,
    speed: SPEED,
  });
  let seq = 0;
  const write = async (): Promise<void> => {
    await using caller = await Caller.open(server.engineUrl);
    await caller.set('s', 'g', `i${seq}`, seq);
    seq += 1;
    await readers.reach(seq);
  };
  try {
    await write();
    for (const [name, end] of Object.entries(ends)) {
      const before = readers.joins.length;
      await end(server);
      server = await start();
      await write();
      const { peak, mean } = joinsPerSecond(readers.joins.slice(before));
      t.diagnostic(
        `${name}: ${READERS} readers came back, at most ${peak} in a second, mean ${mean.toFixed()}`,
      );
      if (IS_MEASURED) assert.ok(peak <= 2 * mean);
    }
  } finally {
    await server[Symbol.asyncDispose]();
  }
  assert.deepEqual([readers.syncs, readers.repeats], [READERS, 0], 'each went on at its cursor');
}

test('event streams come back at their cursor, and not all at once', (t) =>
  run(t, '', { crash, ...(IS_MEASURED ? { outage } : {}), stop }));

if (IS_MEASURED) {
  test('the same after a drain', (t) => run(t, `drain_ms: ${DRAIN_MS}`, { drain: stop }));
}
