import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, CustomEvent, OpsChange, Since } from '../domain/change.js';
import { asJson } from '../domain/json-text.js';
import type { Entry } from './entry.js';
import { Feed } from './feed.js';
import type { DeliveryContext, Source } from './port.js';

const AT = { stream: 's', group: 'g' };
const value = asJson('1');
const change = (seq: number, timestamp: number): Change => ({
  ...AT,
  item: 'i',
  kind: 'update',
  seq,
  epoch: 'e',
  timestamp,
  value,
  old: undefined,
});
const event = (timestamp: number): CustomEvent => ({
  ...AT,
  item: undefined,
  type: 't',
  data: value,
  timestamp,
});

test('an event that comes while missed changes are asked for is told in its place by time', async () => {
  const told: number[] = [];
  const counters = { catchUps: 0, droppedEvents: 0 };
  let reply: (since: Since) => void = () => {};
  const source = {
    changesSince: () =>
      new Promise<Since>((resolve) => {
        reply = resolve;
      }),
  } as unknown as Source;
  const reader = {
    next: (entry: { timestamp: number }) => told.push(entry.timestamp),
    takesOps: () => false,
    moved() {},
    reset() {},
    retry() {},
  };
  const feed = new Feed(AT, source, reader, { counters } as unknown as DeliveryContext);
  feed.start({ seq: 1, epoch: 'e' });
  feed.change(change(4, 40));
  for (const timestamp of [15, 35, 45]) feed.event(event(timestamp));
  feed.change(change(5, 50));
  assert.deepEqual(told, []);
  const changes = [change(2, 20), change(3, 30), change(4, 40)];
  reply({ kind: 'changes', epoch: 'e', seq: 4, timestamp: 40, changes });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told, [15, 20, 30, 35, 40, 45, 50]);
  assert.equal(counters.droppedEvents, 0);
  // What was told already came after this one.
  feed.event(event(38));
  // So did this one, of a master whose clock is behind.
  feed.event(event(50));
  feed.event(event(60));
  assert.deepEqual(told.at(-1), 60);
  assert.equal(told.length, 8);
  assert.equal(counters.droppedEvents, 2);
});

test('what came as ops and was not taken so is told with its value, as ops to those who take them', () => {
  const told: [seq: number, ops: string | undefined, text: string][] = [];
  let takesOps = false;
  const reader = {
    next: ({ seq, ops, text }: Entry) => told.push([seq, ops?.text, text]),
    takesOps: () => takesOps,
    moved() {},
    reset() {},
    retry() {},
  };
  const feed = new Feed(AT, {} as Source, reader, {} as DeliveryContext);
  feed.start({ seq: 1, epoch: 'e' });
  const long = asJson(`"${'x'.repeat(100)}"`);
  const whole = (seq: number): Change => ({ ...change(seq, seq), value: long });
  const ops = (seq: number): OpsChange => {
    const { stream, group, item, epoch, timestamp } = whole(seq);
    return {
      stream,
      group,
      item,
      epoch,
      timestamp,
      seq,
      ops: { text: asJson('[1]'), growsString: false, from: 1 },
    };
  };
  assert.equal(feed.ops(ops(2)), false);
  feed.change(whole(2));
  feed.change(whole(3));
  takesOps = true;
  assert.equal(feed.ops(ops(4)), true);
  // A repeat.
  feed.change(whole(4));
  assert.equal(feed.ops(ops(6)), false, 'something is missing');
  // Somebody wrote it whom nobody sequenced: ops go on from no rev until its value is told.
  feed.change({ ...whole(0), epoch: '' });
  assert.equal(feed.ops(ops(5)), false);
  feed.change(whole(5));
  assert.equal(feed.ops(ops(6)), true);
  assert.deepEqual(
    told.map(([seq, text, value]) => [seq, text, value === '']),
    [
      [2, '[1]', false],
      [3, undefined, false],
      [4, '[1]', true],
      [0, undefined, false],
      [5, undefined, false],
      [6, '[1]', true],
    ],
  );
});
