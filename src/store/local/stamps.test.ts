import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { asJson } from '../../domain/json-text.js';
import { Recorder } from '../testing/recorder.js';
import { LocalStore } from './local-store.js';
import { openStampFile } from './stamp-file.js';
import { FakeJournal } from './testing/fake-journal.js';

const DAY = 86_400_000;
const OPTIONS = { tombstones: { maxPerGroup: 100, maxAgeMs: 3_600_000 }, maxQueuedBytes: 1 << 20 };
const group = { stream: 's', group: 'g' };
const at = (item: string) => ({ ...group, item });
const set = (value: string) => ({ kind: 'set', value: asJson(value) }) as const;
const fail = (error: unknown): never => {
  throw error;
};
const wave = { ...group, item: undefined, type: 'wave', data: asJson('1') };

/** What one client of the group would be told, whichever store it is connected to. */
class Client extends Recorder {
  readonly stamps: number[] = [];

  override change(change: Parameters<Recorder['change']>[0]): void {
    this.stamps.push(change.timestamp);
    super.change(change);
  }

  override event(event: Parameters<Recorder['event']>[0]): void {
    this.stamps.push(event.timestamp);
    super.event(event);
  }

  async join(store: LocalStore): Promise<void> {
    this.stamps.push(store.snapshot(group).timestamp);
  }

  assertRising(): void {
    for (const [n, stamp] of this.stamps.entries())
      assert.ok(n === 0 || stamp > this.stamps[n - 1]!, `message ${n}: ${stamp} after ${this.stamps[n - 1]}`);
  }
}

const CLOCKS = [
  ['stands still', (now: number) => now],
  ['goes on', (now: number) => now + 5_000],
  ['goes back a day', (now: number) => now - DAY],
] as const;

for (const [name, next] of CLOCKS) {
  test(`timestamps rise over kills and clean ends when the clock ${name}`, async () => {
    const clock = { ms: Date.now() };
    const client = new Client();
    let journal = new FakeJournal();
    for (let round = 0; round < 8; round += 1) {
      const store = await LocalStore.open({ ...OPTIONS, now: () => clock.ms }, journal);
      store.listen(client);
      await client.join(store);
      for (let n = 0; n < round * 3; n += 1) await store.publish(wave);
      if (round % 3 > 0) await Promise.all(['a', 'b', 'c'].map((item) => store.commit(at(item), set('1'))));
      for (let n = 0; n < round * 2_000; n += 1) {
        const told = store.publish(wave);
        if (n % 500 === 0) await told;
      }
      await store.publish(wave);
      await client.join(store);
      const killed = new FakeJournal(new Map(journal.records));
      await store[Symbol.asyncDispose]();
      if (round % 2 === 0) journal = killed;
      clock.ms = next(clock.ms);
    }
    client.assertRising();
  });

  test(`in memory, timestamps rise over restarts when the clock ${name}`, async (t) => {
    const directory = await mkdtemp(`${tmpdir()}/iii-stream-`);
    t.after(() => rm(directory, { recursive: true }));
    const clock = { ms: Date.now() };
    const client = new Client();
    for (let round = 0; round < 4; round += 1) {
      const stamps = openStampFile(fail, directory);
      const store = await LocalStore.open({ ...OPTIONS, now: () => clock.ms, stamps });
      store.listen(client);
      await client.join(store);
      for (let n = 0; n < 20_000; n += 1) store.commit(at(String(n % 10)), set(String(n)));
      await store.publish(wave);
      clock.ms = next(clock.ms);
      // A second one of the same directory does not take it back.
      const other = await LocalStore.open({ ...OPTIONS, stamps: openStampFile(fail, directory) });
      other.commit(at('a'), set('1'));
      await other[Symbol.asyncDispose]();
    }
    client.assertRising();
  });
}

test('a clean end leaves no distance to the clock', async () => {
  const journal = new FakeJournal();
  const first = await LocalStore.open({ ...OPTIONS, now: () => 1_000_000 }, journal);
  const { change } = await first.commit(at('a'), set('1'));
  await first[Symbol.asyncDispose]();
  const second = await LocalStore.open(
    { ...OPTIONS, now: () => 1_000_000 },
    new FakeJournal(journal.records),
  );
  const next = await second.commit(at('a'), set('2'));
  assert.ok(next.change!.timestamp - change!.timestamp < 10);
  await second[Symbol.asyncDispose]();
});

test('an event that the mark does not cover waits for it, and fails where it cannot be written', async () => {
  const clock = { ms: 1_000_000 };
  const journal = new FakeJournal();
  const store = await LocalStore.open({ ...OPTIONS, now: () => clock.ms }, journal);
  const client = new Client();
  store.listen(client);
  await store.commit(at('a'), set('1'));
  clock.ms += DAY;
  journal.failing = true;
  await assert.rejects(async () => store.publish(wave), { reason: 'read_only' });
  assert.equal(client.events.length, 0);
  journal.failing = false;
  const order = [store.publish(wave), store.publish(wave), store.commit(at('a'), set('2'))];
  await nextTurn();
  order.push(store.publish(wave));
  await Promise.all(order);
  client.assertRising();
  assert.equal(client.events.length, 3);
  await store[Symbol.asyncDispose]();
});
