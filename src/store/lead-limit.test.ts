import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from '../domain/json-text.js';
import { LeadLimit, MOST_LEAD } from './lead-limit.js';
import { LocalStore } from './local/local-store.js';
import { GroupClock } from './redis/group-clock.js';

const NOW = 1_800_000_000_000;
const OVERLOADED = { reason: 'overloaded', message: / s ahead of the clock/ };

test('a group may be an hour ahead of the clock, and no more', () => {
  const lead = new LeadLimit(NOW);
  lead.check(NOW + MOST_LEAD - 1, NOW);
  assert.throws(() => lead.check(NOW + 2 * MOST_LEAD, NOW), OVERLOADED);
  lead.check(NOW + 2 * MOST_LEAD, NOW + 1.5 * MOST_LEAD);
  // The clock is set back by more than that: the group had no burst.
  lead.check(NOW + 2 * MOST_LEAD, NOW);
});

test('a store refuses what would take a group further, and goes on when the clock has come nearer', async (t) => {
  t.mock.method(performance, 'now', () => 0);
  let now = NOW;
  const options = { tombstones: { maxPerGroup: 9, maxAgeMs: 9e9 }, maxQueuedBytes: 1e6, now: () => now };
  const store = await LocalStore.open({ ...options, maxLeadMs: 100 });
  const at = { stream: 's', group: 'g', item: 'a' };
  const set = { kind: 'set', value: asJson('2') } as const;
  for (let n = 0; n <= 100; n += 1) store.commit(at, set);
  const last = store.snapshot(at).timestamp;
  assert.throws(() => store.commit(at, set), OVERLOADED);
  assert.throws(() => store.transact?.(at, [{ item: 'a', mutation: { ...set, guard: {} } }]), OVERLOADED);
  assert.throws(() => store.publish({ ...at, type: 't', data: set.value }), OVERLOADED);
  assert.equal(store.snapshot(at).timestamp, last, 'a sync repeats the last timestamp instead');
  await store.commit({ ...at, group: 'other' }, set);
  now += 10;
  assert.equal((await store.commit(at, set)).change?.seq, 102);
  await store[Symbol.asyncDispose]();
});

test('a node of Redis refuses it too', () => {
  const clock = new GroupClock(() => NOW);
  clock.saw('s:g', NOW + MOST_LEAD + 60_000);
  assert.throws(() => clock.checkLead('s:g'), OVERLOADED);
  clock.checkLead('s:other');
});
