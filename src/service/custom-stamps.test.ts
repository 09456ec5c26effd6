import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { FakeOutlet, random } from '../delivery/testing/harness.js';
import { join, open } from './testing/open.js';

const ITEMS = ['a', 'b', 'c'];

/** What a client of one socket shows, which takes a message only when it is newer than the last. */
function shown({ messages }: FakeOutlet): Map<string, unknown> {
  const items = new Map<string, unknown>();
  let last = 0;
  for (const { id, timestamp = 0, event } of messages) {
    assert.ok(timestamp > last, `${event?.type} of ${id} at ${timestamp} after ${last}`);
    last = timestamp;
    if (event?.type === 'sync' && id === null) {
      items.clear();
      for (const item of event.data as { id: string }[]) items.set(item.id, item);
    } else if (event?.type === 'sync') items.set(String(id), event.data);
    else if (event?.type !== 'event') items.set(String(id), event?.data);
  }
  return items;
}

test('what a client gets of a custom stream strictly rises, whatever joins among changes and ahead of the clock', async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const chance = random(seed);
    const { service, functions, call } = await open();
    const kept = new Map<string, unknown>();
    const late = async (): Promise<void> => {
      for (let turns = chance() * 6; turns > 1; turns -= 1) await tick();
    };
    functions.known.set('stream::set(s)', async (payload) => {
      const { item_id, data } = payload as { item_id: string; data: unknown };
      await late();
      const old_value = kept.get(item_id) ?? null;
      kept.set(item_id, data);
      return { result: { old_value, new_value: data } };
    });
    functions.known.set('stream::get(s)', async (payload) => {
      const result = kept.get((payload as { item_id: string }).item_id);
      await late();
      return { result };
    });
    functions.known.set('stream::list(s)', async () => {
      const result = [...kept.values()];
      await late();
      return { result };
    });
    const outlets = [new FakeOutlet('1'), new FakeOutlet('2'), new FakeOutlet('3')];
    for (const outlet of outlets)
      await new Promise((resolve) => service.subscriptions.join(outlet, join('all'), undefined, resolve));
    const calls = [];
    for (let n = 0; n < 120; n += 1) {
      const id = ITEMS[Math.floor(chance() * ITEMS.length)] as string;
      const at = { stream_name: 's', group_id: 'g' };
      if (chance() < 0.8) calls.push(call('stream::set', { ...at, item_id: id, data: { id, n } }));
      else calls.push(call('stream::send', { ...at, type: 't', data: n }));
      if (chance() < 0.1) {
        const outlet = outlets[Math.floor(chance() * outlets.length)] as FakeOutlet;
        const of = { item: chance() < 0.5 ? undefined : id };
        service.subscriptions.join(outlet, join(`${n}`, of), undefined, () => {});
      }
      if (chance() < 0.2) await tick();
    }
    await Promise.all(calls);
    for (let turn = 0; turn < 40; turn += 1) await tick();
    for (const outlet of outlets) {
      const items = shown(outlet);
      assert.deepEqual(Object.fromEntries(items), Object.fromEntries(kept), `seed ${seed}`);
    }
  }
});
