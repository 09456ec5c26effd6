import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Limits } from '../../generated/config.js';
import { asJson } from '../domain/json-text.js';
import { newCounters } from './runtime.js';
import { Session, type SessionOutlet } from './session.js';
import { configOf, FakeLogger, FakeService, LIMITS } from './testing/harness.js';

class FakePeer implements SessionOutlet {
  readonly variant = 'ws';
  readonly id = 'peer';
  readonly queuedBytes = 0;
  readonly answers: { type: string; code: string; message: string; subscriptionId?: string }[] = [];
  closedWith: number | undefined;

  write(frames: Uint8Array): void {
    const text = Buffer.from(frames).toString();
    this.answers.push(JSON.parse(text.slice(text.indexOf('{'))));
  }
  paused(): void {}
  close(code: number): void {
    this.closedWith ??= code;
  }
}

function open(limits: Partial<Limits> = {}) {
  const peer = new FakePeer();
  const service = new FakeService();
  const logger = new FakeLogger();
  const runtime = { config: configOf({ limits }), service, logger, counters: newCounters() };
  const session = new Session(peer, runtime, asJson('{"user":1}'));
  const join = (data: object = {}): void =>
    session.receive(
      JSON.stringify({ type: 'join', data: { subscriptionId: 'a', streamName: 's', groupId: 'g', ...data } }),
    );
  const leave = (subscriptionId: string): void =>
    session.receive(JSON.stringify({ type: 'leave', data: { subscriptionId } }));
  return { peer, service, logger, runtime, session, join, leave };
}

test('a join goes to the service with the context, a leave ends it, the end disconnects', () => {
  const { session, service, join, leave, peer } = open();
  join({ id: 'i', since: { epoch: 'e', seq: 4 }, items: true, ack: true });
  join({ subscriptionId: 'b', id: null, page: 7, ops: true });
  const address = { stream: 's', group: 'g' };
  assert.deepEqual(
    service.joins.map(({ request, context }) => [request, context]),
    [
      [
        {
          ...address,
          subscriptionId: 'a',
          item: 'i',
          since: { epoch: 'e', seq: 4 },
          withItems: true,
          ack: true,
          page: undefined,
          ops: false,
          presence: undefined,
        },
        '{"user":1}',
      ],
      [
        {
          ...address,
          subscriptionId: 'b',
          item: undefined,
          since: undefined,
          withItems: false,
          ack: false,
          page: 7,
          ops: true,
          presence: undefined,
        },
        '{"user":1}',
      ],
    ],
  );
  assert.equal(session.subscriptions, 2);
  leave('a');
  leave('a');
  leave('never');
  assert.deepEqual(service.left, ['a']);
  assert.equal(session.subscriptions, 1);
  session.end();
  session.end();
  join({ subscriptionId: 'late' });
  assert.equal(service.disconnected.length, 1);
  assert.equal(service.joins.length, 2);
  assert.deepEqual(peer.answers, []);
});

test('a refused join frees its place, unless another one of that id has taken it', () => {
  const { session, service, join } = open({ subscriptions_per_socket: 1 });
  const settled: ((joined: boolean) => void)[] = [];
  service.onJoin = (_, __, done) => settled.push(done);
  join();
  join();
  settled[0]!(false);
  assert.equal(session.subscriptions, 1);
  settled[1]!(false);
  assert.equal(session.subscriptions, 0);
  join({ subscriptionId: 'b' });
  assert.equal(service.joins.length, 3);
});

test('an id joins its address again, and no other address', () => {
  const { service, join, peer } = open();
  join();
  join();
  assert.equal(service.joins.length, 2);
  join({ id: 'i' });
  join({ groupId: 'h' });
  assert.deepEqual(
    peer.answers.map(({ code, subscriptionId }) => [code, subscriptionId]),
    [
      ['duplicate_subscription', 'a'],
      ['duplicate_subscription', 'a'],
    ],
  );
  assert.equal(service.joins.length, 2);
});

test('subscriptions and joins have limits, which a change of the configuration moves', () => {
  const { service, join, leave, peer, runtime, session } = open({ subscriptions_per_socket: 2 });
  for (const subscriptionId of ['a', 'b', 'c']) join({ subscriptionId });
  assert.deepEqual(
    peer.answers.splice(0).map(({ code, subscriptionId }) => [code, subscriptionId]),
    [['too_many_subscriptions', 'c']],
  );
  leave('a');
  join({ subscriptionId: 'c' });
  assert.equal(session.subscriptions, 2);
  runtime.config.apply({ ...runtime.config.current, limits: { ...LIMITS, joins_per_second: 2 } });
  const before = service.joins.length;
  for (let i = 0; i < 20; i += 1) join({ subscriptionId: `d${i}` });
  assert.equal(service.joins.length - before, 2);
  assert.deepEqual(new Set(peer.answers.map(({ code }) => code)), new Set(['too_many_joins']));
  assert.equal(peer.closedWith, undefined);
});

test('100 malformed messages close the connection, one after another or beside valid ones, in few lines', () => {
  const { session, leave, peer, service, logger } = open();
  for (let i = 0; i < 99; i += 1) session.receive('garbage');
  leave('x');
  session.receive('garbage');
  assert.equal(peer.closedWith, undefined);
  session.receive('garbage');
  assert.equal(peer.closedWith, 1008);
  assert.equal(peer.answers.length, 101);
  assert.equal(service.disconnected.length, 1);
  session.receive('garbage');
  assert.equal(peer.answers.length, 101);
  assert.equal(logger.lines.filter((line) => line.startsWith('warn')).length, 1);

  const half = open();
  for (let i = 0; i < 120; i += 1) {
    half.session.receive('garbage');
    half.leave('x');
  }
  assert.equal(half.peer.closedWith, 1008);
  const few = open();
  for (let i = 0; i < 2_000; i += 1) {
    if (i % 20 === 0) few.session.receive('garbage');
    few.leave('x');
  }
  assert.equal(few.peer.closedWith, undefined);
});

test('a path subscription that is refused closes with the policy code, one that is joined stays', () => {
  const subscription = {
    stream: 's',
    group: 'g',
    item: undefined,
    since: undefined,
    withItems: true,
    ack: false,
    page: undefined,
    ops: false,
  };
  const refused = open();
  refused.service.onJoin = (_, __, settled) => settled(false);
  refused.session.subscribe(subscription);
  assert.equal(refused.peer.closedWith, 1008);
  const joined = open();
  joined.session.subscribe(subscription);
  assert.equal(joined.peer.closedWith, undefined);
  const { subscriptionId, ...request } = joined.service.joins[0]!.request;
  assert.deepEqual(request, subscription);
  assert.match(subscriptionId, /^[0-9a-f-]{36}$/);
});

test('a fault of the service is answered and logged, and ends nothing but a path subscription', () => {
  const { session, service, join, peer, logger } = open();
  service.onJoin = () => {
    throw new Error('a secret');
  };
  join();
  assert.deepEqual(peer.answers, [
    { type: 'error', code: 'internal', message: 'the message could not be handled' },
  ]);
  assert.ok(logger.lines.some((line) => line.startsWith('error')));
  session.subscribe({
    stream: 's',
    group: 'g',
    item: undefined,
    since: undefined,
    withItems: false,
    ack: false,
    page: undefined,
    ops: false,
  });
  assert.equal(peer.closedWith, 1011);
});

test('many joins in one message: each is answered for itself, and each takes a token', () => {
  const { session, service, peer } = open({ joins_per_second: 3 });
  const entry = (subscriptionId: string, more: object = {}) => ({
    subscriptionId,
    streamName: 's',
    groupId: 'g',
    ...more,
  });
  const send = (joins: unknown[]) => session.receive(JSON.stringify({ type: 'join', data: joins }));
  send([entry('a'), entry('b', { groupId: '' }), 7, entry('c'), entry('a', { groupId: 'h' }), entry('d')]);
  assert.deepEqual(
    service.joins.map(({ request }) => request.subscriptionId),
    ['a', 'c'],
  );
  assert.deepEqual(
    peer.answers.map(({ code, subscriptionId }) => [code, subscriptionId]),
    [
      ['empty_name', 'b'],
      ['invalid_message', undefined],
      ['duplicate_subscription', 'a'],
      ['too_many_joins', 'd'],
    ],
  );
  send([]);
  send(Array.from({ length: 101 }, (_, i) => entry(`x${i}`)));
  assert.deepEqual(
    peer.answers.slice(4).map(({ code }) => code),
    ['invalid_message', 'invalid_message'],
  );
  assert.equal(service.joins.length, 2);
});
