import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from '../domain/json-text.js';
import { LiveMembers } from './live-members.js';
import { Membership } from './membership.js';
import { Subscription } from './subscription.js';
import { encodeLines, FakeOutlet, random } from './testing/harness.js';
import type { Topic } from './topic.js';

const topic = { at: { stream: 's', group: 'g' } } as Topic;
const ENTRY = { seq: 1, item: 'i', text: asJson('1'), isEvent: false };

function member(id: string, item?: string): Membership {
  const membership = new Membership(new FakeOutlet(id));
  const request = { subscriptionId: id, ...topic.at, item, since: undefined, withItems: false, ack: false };
  const subscription = new Subscription(topic, request, undefined);
  membership.owe(subscription);
  membership.settle(subscription);
  return membership;
}

const pushed = (live: LiveMembers, onWrite: (to: Membership) => void = () => {}): string[] => {
  const ids: string[] = [];
  live.push([ENTRY], encodeLines, (to) => {
    ids.push(to.outlet.id);
    onWrite(to);
  });
  return ids.sort();
};

test('whoever was added and not removed is written to once, in whatever order they come and go', () => {
  const rand = random(1);
  const live = new LiveMembers();
  const all = Array.from({ length: 12 }, (_, i) => member(`m${i}`, i % 4 === 0 ? 'i' : undefined));
  const inside = new Set<Membership>();
  for (let step = 0; step < 2_000; step++) {
    const one = all[Math.floor(rand() * all.length)] as Membership;
    if (inside.delete(one)) live.remove(one);
    else {
      live.add(one);
      inside.add(one);
    }
    assert.deepEqual(pushed(live), [...inside].map(({ outlet }) => outlet.id).sort());
    assert.equal(live.empty, inside.size === 0);
  }
});

test('a write that takes its own member out leaves nobody out and writes to nobody twice', () => {
  for (let bits = 0; bits < 2 ** 5; bits++) {
    const live = new LiveMembers();
    const all = Array.from({ length: 5 }, (_, i) => member(`m${i}`));
    const leaving = new Set(all.filter((_, i) => (bits >> i) & 1));
    for (const one of all) live.add(one);
    const first = pushed(live, (to) => {
      if (leaving.has(to)) live.remove(to);
    });
    assert.deepEqual(first, ['m0', 'm1', 'm2', 'm3', 'm4']);
    assert.deepEqual(
      pushed(live),
      all.filter((one) => !leaving.has(one)).map(({ outlet }) => outlet.id),
    );
  }
});
