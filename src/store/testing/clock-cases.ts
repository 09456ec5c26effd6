import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { at, GROUP, json, set, upTo } from './writing.js';

const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((n, index) => index === 0 || n > numbers[index - 1]!);

/** A clock that tests move by hand. */
const hand = { ms: 1_000_000 };

export const clockCases: readonly ContractCase[] = [
  {
    name: 'seq counts 1, 2, … in each group, under one epoch',
    async run({ store }) {
      const groups = ['g1', 'g2', 'g3'].map((group) => ({ stream: 's', group }));
      const all = await Promise.all(
        groups.map((group) => Promise.all(upTo(20).map((n) => set(store, `i${n % 3}`, String(n), group)))),
      );
      for (const results of all) {
        assert.deepEqual(
          results.map(({ change }) => change?.seq),
          upTo(20),
        );
        assert.equal(new Set(results.map(({ change }) => change?.epoch)).size, 1);
      }
    },
  },
  {
    name: 'timestamps strictly increase, however many changes fall into one millisecond',
    options: { now: () => 5_000 },
    async run({ store }) {
      const results = await Promise.all(upTo(50).map((n) => set(store, `i${n}`, '1')));
      const timestamps = results.map(({ change }) => change?.timestamp ?? 0);
      assert.equal(timestamps[0]! >= 5_000, true);
      assert.equal(isRising(timestamps), true);
    },
  },
  {
    name: 'a clock that goes back does not take timestamps back',
    options: { now: () => hand.ms },
    async run({ store }) {
      const timestamps: number[] = [];
      for (const ms of [2_000_000, 1_000_000, 1_999_999, 3_000_000, 1]) {
        hand.ms = ms;
        timestamps.push((await set(store, 'a', String(ms))).change?.timestamp ?? 0);
      }
      assert.equal(isRising(timestamps), true);
      assert.equal(timestamps[3], 3_000_000);
    },
  },
  {
    name: 'the sync of a group is older than each change after it, also one that was asked with it',
    options: { now: () => 6_000 },
    async run({ store }) {
      for (const n of upTo(100)) {
        const group = { stream: 's', group: `g${n}` };
        const [snapshot, first] = await Promise.all([store.snapshot(group), set(store, 'a', '1', group)]);
        if (snapshot.seq === 0)
          assert.equal(isRising([snapshot.timestamp, first.change!.timestamp]), true, `${n}`);
      }
    },
  },
  {
    name: 'changes, events and announced changes share one clock per group',
    options: { now: () => 7_000 },
    async run({ store, recorder }) {
      const first = await set(store, 'a', '1');
      const event = await store.publish({ ...GROUP, item: 'a', type: 'wave', data: json('{"n":1e400}') });
      const second = await set(store, 'a', '2');
      const announced = await store.announce({
        ...at('b'),
        kind: 'delete',
        value: json('[1.0]'),
        old: undefined,
      });
      const third = await set(store, 'a', '3');
      const timestamps = [first.change, event, second.change, announced, third.change].map(
        (one) => one!.timestamp,
      );
      assert.equal(isRising(timestamps), true);
      assert.deepEqual([announced.seq, announced.epoch], [0, '']);
      await recorder.until(
        () => recorder.events.length === 1 && recorder.changes.length === 4,
        'the messages',
      );
      const told = recorder.events[0]!;
      assert.deepEqual(
        [told.stream, told.group, told.item, told.type, told.data, told.timestamp],
        [GROUP.stream, GROUP.group, 'a', 'wave', '{"n":1e400}', event.timestamp],
      );
      const change = recorder.changes[2]!;
      assert.deepEqual(
        [change.kind, change.item, change.value, change.seq, change.epoch, change.timestamp],
        ['delete', 'b', '[1.0]', 0, '', announced.timestamp],
      );
      assert.equal((await store.snapshot(GROUP)).timestamp >= third.change!.timestamp, true);
      assert.equal(third.change?.seq, 3);
    },
  },
  {
    name: 'what is told after a sync is newer than the sync, also the first change of a group',
    options: { now: () => 9_000 },
    async run({ store }) {
      for (const n of upTo(20)) {
        const group = { stream: 's', group: `g${n}` };
        const told = [(await store.snapshot(group)).timestamp];
        told.push((await set(store, 'a', '1', group)).change!.timestamp);
        const { timestamp } = await store.publish({ ...group, item: 'a', type: 'e', data: json('1') });
        told.push(timestamp);
        const after = (await store.snapshot(group)).timestamp;
        assert.equal(after >= timestamp, true);
        told.push((await set(store, 'a', '2', group)).change!.timestamp);
        assert.equal(isRising(told), true);
        assert.equal(told.at(-1)! > after, true);
      }
    },
  },
  {
    name: 'an event of a group without items reaches the listener and stores nothing',
    async run({ store, recorder }) {
      await store.publish({ ...GROUP, item: undefined, type: 'ping', data: json('null') });
      await recorder.until(() => recorder.events.length === 1, 'the event');
      assert.equal(recorder.events[0]?.item, undefined);
      assert.deepEqual(await store.listAll(), []);
      assert.deepEqual(recorder.commits, []);
      const { seq, items } = await store.snapshot(GROUP);
      assert.deepEqual([seq, items], [0, []]);
    },
  },
  {
    name: 'an event does not overtake the changes asked before it',
    async run({ store, recorder }) {
      const order: string[] = [];
      const change = recorder.change.bind(recorder);
      const event = recorder.event.bind(recorder);
      recorder.change = (one) => {
        order.push(one.value);
        change(one);
      };
      recorder.event = (one) => {
        order.push(one.data);
        event(one);
      };
      const asked = [
        set(store, 'a', '1'),
        store.publish({ ...GROUP, item: undefined, type: 'e', data: json('2') }),
        set(store, 'a', '3'),
      ];
      await Promise.all(asked);
      await recorder.until(() => order.length === 3, 'the messages');
      assert.deepEqual(order, ['1', '2', '3']);
    },
  },
];
