import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Beating, Heartbeat } from './heartbeat.js';

const INTERVAL = 32_000;

/** Counts its beats and remembers when they were, in ms of the fake clock. */
class Member implements Beating {
  readonly beats: number[] = [];
  readonly clock: { now: number };
  constructor(clock: { now: number }) {
    this.clock = clock;
  }
  beat(): void {
    this.beats.push(this.clock.now);
  }
}

function open(t: { mock: { timers: typeof import('node:test').mock.timers }; after(fn: () => void): void }) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const clock = { now: 0 };
  let interval = INTERVAL;
  const heartbeat = new Heartbeat(() => interval);
  t.after(() => heartbeat.close());
  const join = (): Member => {
    const member = new Member(clock);
    heartbeat.add(member);
    return member;
  };
  /** @param each called once per 100 ms */
  const pass = (ms: number, each: () => void = () => {}): void => {
    for (const end = clock.now + ms; clock.now < end; ) {
      clock.now += 100;
      t.mock.timers.tick(100);
      each();
    }
  };
  return { heartbeat, join, pass, clock, setInterval: (ms: number) => (interval = ms) };
}

/** The first beat within an interval, every other one an interval later, by a tenth more or less. */
function assertRegular({ beats }: Member, from: number, until: number, interval = INTERVAL): void {
  let last = from;
  for (const [at, beat] of [...beats, until].entries()) {
    assert.ok(beat - last <= interval * 1.1, `${beat - last} ms without a beat`);
    if (at > 0 && beat !== until) assert.ok(beat - last >= interval * 0.9, `${beat - last} ms between beats`);
    last = beat;
  }
}

for (const count of [1, 15, 16, 48, 1_008]) {
  test(`each of ${count} is beaten at every interval, and no step takes more than its share`, (t) => {
    const { join, pass, clock } = open(t);
    const members = Array.from({ length: count }, join);
    let last = 0;
    const total = () => members.reduce((sum, { beats }) => sum + beats.length, 0);
    pass(5 * INTERVAL, () => {
      const now = total();
      assert.ok(now - last <= Math.ceil(count / 32), `${now - last} beats in one step`);
      last = now;
    });
    for (const member of members) {
      assert.equal(member.beats.length, 5);
      assertRegular(member, 0, clock.now);
    }
  });
}

test('members that come and go move nobody else’s beats', (t) => {
  const { heartbeat, join, pass, clock } = open(t);
  const old = join();
  const visitors: [Member, number][] = [];
  pass(6 * INTERVAL, () => {
    for (let n = 0; n < 5; n += 1) visitors.push([join(), clock.now]);
    while (visitors.length > 700) heartbeat.delete(visitors.shift()![0]);
  });
  assert.equal(old.beats.length, 6);
  assertRegular(old, 0, clock.now);
  for (const [visitor, since] of visitors) assertRegular(visitor, since, clock.now);
});

test('a new interval applies at once; 0 is none, and who left or closed is not beaten', (t) => {
  const { heartbeat, join, pass, clock, setInterval } = open(t);
  const [stays, leaves] = [join(), join()];
  pass(INTERVAL);
  heartbeat.delete(leaves);
  setInterval(3_200);
  pass(1_000);
  const since = clock.now;
  stays.beats.length = 0;
  pass(32_000);
  assert.equal(stays.beats.length, 10);
  assertRegular(stays, since, clock.now, 3_200);
  assert.equal(leaves.beats.length, 1);
  setInterval(0);
  pass(100);
  stays.beats.length = 0;
  pass(INTERVAL);
  assert.equal(stays.beats.length, 0);
  setInterval(3_200);
  pass(1_000 + 3_200);
  assert.ok(stays.beats.length >= 1);
  heartbeat.close();
  stays.beats.length = 0;
  pass(INTERVAL);
  assert.equal(stays.beats.length, 0);
});
