import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from '../domain/json-text.js';
import { Broadcast } from './broadcast.js';
import type { Entry } from './entry.js';
import { Member } from './member.js';
import type { LiveState } from './member-state.js';
import { type DeliveryContext, type Encoder, type Encoders, Subscription, type Variant } from './port.js';
import { encodeLines, encodersOf, FakeOutlet, OTHER, random } from './testing/harness.js';

const AT = { stream: 's', group: 'g' };
const ENTRY = { seq: 1, epoch: 'e', item: 'i', text: asJson('1'), isEvent: false, timestamp: 0 };

interface Form {
  readonly item?: string;
  readonly variant?: Variant;
  readonly ops?: boolean;
}

function member(id: string, { item, variant, ops = false }: Form = {}): Member {
  const member = new Member(new FakeOutlet(id, variant));
  for (const one of item?.split(',') ?? [undefined]) {
    const request = {
      subscriptionId: id,
      ...AT,
      item: one,
      since: undefined,
      withItems: false,
      ack: false,
      ops,
    };
    const subscription = new Subscription(AT, request, undefined);
    member.add(subscription);
    member.sync(subscription);
  }
  return member;
}

interface Bench {
  readonly broadcast: Broadcast;
  add(member: Member, told?: number): void;
  remove(member: Member): void;
  /** Ids of the outlets that a message was written to. @default a change of item `i` */
  pushed(onWrite?: (id: string) => void, entry?: Entry): string[];
}

function bench(encoders: Encoders = encodersOf()): Bench {
  let send: DeliveryContext['send'] = () => {};
  const context = {
    encoders,
    send: (...args: Parameters<DeliveryContext['send']>) => send(...args),
    flushLater: () => {},
  } as Partial<DeliveryContext> as DeliveryContext;
  const broadcast = new Broadcast(context, 1);
  return {
    broadcast,
    add: (one, told = 0) => {
      const live: LiveState = { kind: 'live', slot: -1, told };
      one.state = live;
      broadcast.add(one, live);
    },
    remove: (one) => broadcast.remove(one, one.state as LiveState),
    pushed: (onWrite, entry = ENTRY) => {
      const ids: string[] = [];
      send = ({ id }) => {
        ids.push(id);
        onWrite?.(id);
      };
      broadcast.push(entry, 0);
      broadcast.flush();
      return ids.sort();
    },
  };
}

test('whoever was added and not removed is written to once, in whatever order they come and go', () => {
  const rand = random(1);
  const { broadcast, add, remove, pushed } = bench();
  const all = Array.from({ length: 12 }, (_, i) =>
    member(`m${i}`, {
      ...(i % 4 === 0 ? { item: i === 4 ? 'h,i' : 'i' } : {}),
      variant: i % 3 === 0 ? OTHER : 'ws',
    }),
  );
  const inside = new Set<Member>();
  for (let step = 0; step < 2_000; step++) {
    const one = all[Math.floor(rand() * all.length)] as Member;
    if (inside.delete(one)) remove(one);
    else {
      add(one);
      inside.add(one);
    }
    assert.deepEqual(pushed(), [...inside].map(({ outlet }) => outlet.id).sort());
    assert.equal(broadcast.size, inside.size);
  }
});

test('a write that takes its own member out leaves nobody out and writes to nobody twice', () => {
  for (let bits = 0; bits < 2 ** 5; bits++) {
    const { add, remove, pushed } = bench();
    const all = Array.from({ length: 5 }, (_, i) => member(`m${i}`));
    const leaving = new Set(all.filter((_, i) => (bits >> i) & 1));
    for (const one of all) add(one);
    const first = pushed((id) => {
      const one = all.find(({ outlet }) => outlet.id === id) as Member;
      if (leaving.has(one)) remove(one);
    });
    assert.deepEqual(first, ['m0', 'm1', 'm2', 'm3', 'm4']);
    assert.deepEqual(
      pushed(),
      all.filter((one) => !leaving.has(one)).map(({ outlet }) => outlet.id),
    );
  }
});

test('a tick is encoded once for each variant that has members it concerns', () => {
  const encoded: string[] = [];
  const counting =
    (name: string): Encoder =>
    (messages) => {
      encoded.push(name);
      return encodeLines(messages);
    };
  const { add, remove, pushed } = bench(encodersOf({ ws: counting('ws'), other: counting('other') }));
  const after = (...changes: (() => void)[]): string[] => {
    for (const change of changes) change();
    encoded.length = 0;
    pushed();
    return encoded.sort();
  };
  const [one, two] = [member('1'), member('2')];
  const [three, four] = [member('3', { variant: OTHER }), member('4', { variant: OTHER, item: 'i' })];
  assert.deepEqual(after(), []);
  assert.deepEqual(
    after(
      () => add(one),
      () => add(two),
    ),
    ['ws'],
  );
  assert.deepEqual(
    after(() => add(three)),
    ['other', 'ws'],
  );
  assert.deepEqual(
    after(
      () => remove(one),
      () => remove(two),
    ),
    ['other'],
  );
  assert.deepEqual(
    after(
      () => remove(three),
      () => add(four),
      () => add(member('5', { variant: OTHER, item: 'i' })),
      () => add(member('6', { item: 'h' })),
    ),
    ['other'],
  );
});

test('a group with both forms is encoded twice per variant, and one form where only that is read', () => {
  const texts: string[][] = [];
  const ws: Encoder = (messages) => {
    texts.push(messages.map(({ text }) => text));
    return encodeLines(messages);
  };
  const { broadcast, add, remove } = bench(encodersOf({ ws }));
  const ops = { text: asJson('[]'), from: 1, growsString: false };
  const push = (): string[] => {
    texts.length = 0;
    broadcast.push({ ...ENTRY, seq: 2, ops }, 1);
    broadcast.flush();
    return texts.flat().sort();
  };
  const short = '{"n":1,"id":"i","seq":2,"from":1,"ops":[]}';
  const whole = member('whole');
  for (const id of ['a', 'b', 'c']) add(member(id, { ops: true }));
  assert.deepEqual(push(), [short]);
  add(whole);
  add(member('other'));
  assert.deepEqual(push(), ['1', short]);
  // By item, each form once more.
  add(member('item', { item: 'i', ops: true }));
  add(member('both', { item: 'i' }));
  assert.deepEqual(push(), ['1', '1', short, short]);
  remove(whole);
  assert.deepEqual(push(), ['1', '1', short, short]);
});

test('an event that is not newer than the reply to a member is not for it', () => {
  const { add, pushed } = bench();
  add(member('long there'), 10);
  add(member('item'), 10);
  add(member('just came', { variant: OTHER }), 50);
  add(member('just came for i', { item: 'i' }), 50);
  const event = (timestamp: number): Entry => ({ ...ENTRY, seq: 0, epoch: '', isEvent: true, timestamp });
  assert.deepEqual(pushed(undefined, event(50)), ['item', 'long there']);
  assert.deepEqual(pushed(undefined, event(51)), ['item', 'just came', 'just came for i', 'long there']);
  assert.deepEqual(pushed(), ['item', 'just came', 'just came for i', 'long there'], 'changes go by seq');
});
