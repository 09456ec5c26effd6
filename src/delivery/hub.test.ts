import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import type { Change, Cursor, GroupAddress, Since, Snapshot } from '../domain/change.js';
import { asJson } from '../domain/json-text.js';
import { Hub } from './hub.js';
import type { Source, SubscriptionRequest } from './port.js';
import { encodersOf, FakeOutlet } from './testing/harness.js';

const AT: GroupAddress = { stream: 's', group: 'g' };

const request = (subscriptionId: string, more: Partial<SubscriptionRequest> = {}): SubscriptionRequest => ({
  subscriptionId,
  ...AT,
  item: undefined,
  since: undefined,
  withItems: false,
  ack: false,
  ...more,
});

const change = (seq: number): Change => ({
  ...AT,
  item: `i${seq}`,
  kind: 'create',
  seq,
  epoch: 'e',
  timestamp: seq,
  value: asJson(`${seq}`),
  old: undefined,
});

const snapshot = (seq: number): Snapshot => ({ epoch: 'e', seq, timestamp: seq, items: [] });
const changes = (after: number, upTo: number): Since => ({
  kind: 'changes',
  epoch: 'e',
  seq: upTo,
  timestamp: upTo,
  changes: Array.from({ length: upTo - after }, (_, i) => change(after + 1 + i)),
});

/** A source whose questions wait for the test to reply. */
class Asked implements Source {
  readonly questions: { cursor: Cursor | undefined; reply(value: Snapshot | Since): void }[] = [];

  snapshot(): Promise<Snapshot> {
    return this.#ask(undefined);
  }
  changesSince(_: GroupAddress, cursor: Cursor): Promise<Since> {
    return this.#ask(cursor);
  }
  watch(): void {}
  unwatch(): void {}

  /** Replies to the oldest question, and gives the reply the time to arrive. */
  async reply(value: Snapshot | Since): Promise<void> {
    const [question] = this.questions.splice(0, 1);
    assert.ok(question, 'nothing was asked');
    question.reply(value);
    await tick();
  }

  #ask<T extends Snapshot | Since>(cursor: Cursor | undefined): Promise<T> {
    return new Promise((resolve) => this.questions.push({ cursor, reply: (value) => resolve(value as T) }));
  }
}

function open(source: Source, outboxBytes = 1_000_000): Hub {
  return new Hub({
    encoders: encodersOf(),
    outboxBytes: () => outboxBytes,
    sourceOf: () => source,
    onError: (error) => assert.fail(String(error)),
  });
}

const told = (outlet: FakeOutlet): string[] =>
  outlet.messages.map(({ event, seq }) => `${event?.type} ${seq ?? ''}`.trim());

test('changes after a gap before the first reply are not taken for the next ones', async () => {
  const source = new Asked();
  const hub = open(source);
  const outlet = new FakeOutlet('o');
  hub.subscribe(outlet, request('a'));
  // 6 and 7 were lost, and the reply to the question is from before them.
  hub.gap(AT);
  hub.change(change(8));
  await source.reply(snapshot(5));
  assert.deepEqual(source.questions[0]?.cursor, { epoch: 'e', seq: 5 });
  await source.reply(changes(5, 7));
  await tick();
  assert.deepEqual(told(outlet), ['sync 5', 'create 6', 'create 7', 'create 8']);
  hub.close();
});

test('a question that was asked before a reset is void: its reply is not followed by what the feed skipped', async () => {
  const source = new Asked();
  const hub = open(source);
  const [first, second] = [new FakeOutlet('1'), new FakeOutlet('2')];
  hub.subscribe(first, request('a'));
  await source.reply(snapshot(5));
  hub.subscribe(second, request('b', { withItems: true }));
  const early = source.questions.pop();
  hub.gap(AT);
  await source.reply({ kind: 'reset', reason: 'horizon', snapshot: snapshot(100) });
  early?.reply(snapshot(50));
  await tick();
  assert.deepEqual(told(second), [], 'what is between 50 and 100 would be missing');
  assert.equal(source.questions.length, 2);
  for (const { cursor, reply } of source.questions.splice(0)) {
    reply(cursor === undefined ? snapshot(100) : { kind: 'reset', reason: 'epoch', snapshot: snapshot(100) });
  }
  await tick();
  hub.change(change(101));
  await tick();
  for (const outlet of [first, second]) assert.deepEqual(told(outlet).slice(-2), ['sync 100', 'create 101']);
  hub.close();
});

test('a member that joins while its outlet drains is paused with it when it is full again', async () => {
  const source: Source = {
    snapshot: () => snapshot(0),
    changesSince: (_, { seq }) => changes(seq, seq),
    watch: () => {},
    unwatch: () => {},
  };
  const hub = open(source, 2_000);
  const outlet = new FakeOutlet('o');
  hub.subscribe(outlet, request('a'));
  outlet.reading = false;
  for (let seq = 1; seq <= 20; seq++) hub.change(change(seq));
  await tick();
  assert.equal(outlet.pausedCalls, 1);
  // Half read: there is room, but the outlet has not said that it is drained.
  outlet.queuedBytes = 1_000;
  hub.subscribe(outlet, request('b', { group: 'h' }));
  for (let seq = 1; seq <= 20; seq++) hub.change({ ...change(seq), group: 'h' });
  await tick();
  assert.deepEqual([...hub.behind()], [['o', 2]]);
  hub.close();
});

test('an item that a client got with its sync is an update to it, though the feed learns of it late', async () => {
  const source = new Asked();
  const hub = open(source);
  const [first, second] = [new FakeOutlet('1'), new FakeOutlet('2')];
  hub.subscribe(first, request('a'));
  await source.reply(snapshot(4));
  hub.gap(AT);
  const missed = source.questions.pop();
  hub.subscribe(second, request('b', { withItems: true }));
  await source.reply(snapshot(6));
  const late = { ...change(7), item: 'i5', created: 5 };
  missed?.reply({ kind: 'changes', epoch: 'e', seq: 7, timestamp: 7, changes: [change(6), late] });
  await tick();
  hub.change(change(8));
  await tick();
  assert.deepEqual(told(first), ['sync 4', 'create 6', 'create 7', 'create 8']);
  assert.deepEqual(told(second), ['sync 6', 'update 7', 'create 8']);
  hub.close();
});
