import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, CustomEvent, Since } from '../domain/change.js';
import { asJson } from '../domain/json-text.js';
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
  feed.event(event(60));
  assert.deepEqual(told.at(-1), 60);
  assert.equal(told.length, 8);
  assert.equal(counters.droppedEvents, 1);
});
