import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FakeSocket, fakeServer, say, settle, shown } from './testing/fake-server.js';
import { back, live } from './testing/live.js';
import { subscribeItem, whenSeq } from './watch.js';

test('a handle does nothing until it is observed; then it joins, and shows the sync', async () => {
  const { client, sockets, socket: next } = fakeServer({ token: 'secret' });
  const group = client.group('s', 'g');
  await settle();
  assert.deepEqual([sockets.length, group.getSnapshot().status], [0, 'idle']);
  const seen: string[] = [];
  group.subscribe(({ status, items }) => seen.push(`${status} ${items.length}`));
  const socket = await next(1);
  assert.equal(socket.url, 'ws://server.example/?explain=1');
  assert.deepEqual(socket.protocols, ['Authorization', 'secret']);
  assert.deepEqual(socket.sent, []);
  await socket.open();
  const [join, ...more] = socket.takeJoins();
  assert.ok(join);
  const { subscriptionId, ...form } = join;
  const expected = { streamName: 's', groupId: 'g', id: null, items: true, ack: true, page: 500 };
  assert.deepEqual([form, more], [expected, []]);
  await socket.say(say.ack(join, 'sync', 2), say.sync('a@1 b@2', 2));
  assert.deepEqual(seen, ['loading 0', 'live 2']);
  assert.equal(client.group('s', 'g'), group);
  assert.equal(group.getSnapshot(), group.getSnapshot());
  client.close();
});

test('a batch of changes is one view; what did not change keeps its identity', async () => {
  const { group, views, socket, client } = await live();
  const before = group.getSnapshot();
  void socket.say(say.change('update', 'a', 3), say.change('create', 'c', 4), say.change('delete', 'b', 5));
  await settle();
  assert.deepEqual(views.map(shown), ['a@3 c@4']);
  assert.notEqual(group.getSnapshot().items, before.items);
  await socket.say(say.change('update', 'c', 6));
  const [a, c] = group.getSnapshot().items;
  assert.equal(a, views[0]?.items[0]);
  assert.deepEqual([c?.data, group.get('c'), group.getSnapshot().seq], [{ n: 6 }, c, 6]);
  client.close();
});

test('a leave waits, and an observer that comes meanwhile cancels it', async () => {
  const { group, end, socket, state, views, subscriptionId } = await live({ leaveAfterMs: 20 });
  end();
  end();
  const again = group.subscribe(() => {});
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.deepEqual(socket.sent, []);
  again();
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.deepEqual(socket.sent, [{ type: 'leave', data: { subscriptionId } }]);
  assert.ok(socket.isClosed, 'nothing is observed: the socket is closed');
  assert.equal(state(), 'idle');
  assert.deepEqual(views, []);
});

test('a group that is observed again resumes from where it was left', async () => {
  const { group, end, socket, client, socket: first, sockets } = await live();
  end();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(first.isClosed);
  const seen: string[] = [];
  group.subscribe((view) => seen.push(`${view.status}: ${shown(view)}`));
  await settle();
  const next = sockets.at(-1) as FakeSocket;
  await next.open();
  assert.deepEqual(next.takeJoins()[0]?.since, { epoch: 'e1', seq: 2 });
  assert.equal(seen[0], 'stale: a@1 b@2');
  await socket.say(say.change('update', 'a', 3));
  assert.equal(shown(group.getSnapshot()), 'a@1 b@2', 'what an older socket says is ignored');
  client.close();
});

test('events come after the changes before them; lost ones are counted', async () => {
  const { group, socket, client } = await live();
  const seen: unknown[] = [];
  group.onEvent(
    ({ type, id }) => seen.push([type, id, shown(group.getSnapshot())]),
    (count) => seen.push(count),
  );
  await socket.say(say.change('update', 'a', 3), say.event('first', 'a'), say.event('second'));
  await socket.say(say.dropped(7));
  assert.deepEqual(seen, [['first', 'a', 'a@3 b@2'], ['second', null, 'a@3 b@2'], 7]);
  client.close();
});

test('listeners that throw or unsubscribe stop nobody else', async () => {
  const { group, socket, client, warnings } = await live();
  const calls: string[] = [];
  const ends: (() => void)[] = [];
  let isReady = false;
  const add = (name: string, act: () => void) =>
    ends.push(
      group.subscribe(() => {
        if (!isReady) return;
        calls.push(name);
        act();
      }),
    );
  add('throws', () => {
    throw new Error('mine');
  });
  add('ends the next', () => ends[2]?.());
  add('ended', () => {});
  add('ends itself', () => ends[3]?.());
  add('last', () => {});
  isReady = true;
  await socket.say(say.change('update', 'a', 3));
  await socket.say(say.change('update', 'a', 4));
  assert.deepEqual(calls, [
    'throws',
    'ends the next',
    'ends itself',
    'last',
    'throws',
    'ends the next',
    'last',
  ]);
  assert.deepEqual(warnings, ['listener']);
  client.close();
});

test('custom events reach a listener of nothing else, and nothing is warned of', async () => {
  const { group, socket, client, warnings } = await live();
  const seen: unknown[] = [];
  const end = group.onEvent(
    ({ type, data }) => seen.push([type, data]),
    (count) => seen.push(count),
  );
  await socket.say(say.event('hello'), say.change('update', 'a', 3));
  await socket.say({ type: 'dropped', streamName: 's', groupId: 'g', count: 2 });
  end();
  await socket.say(say.event('late'));
  assert.deepEqual(seen, [['hello', 1], 2]);
  assert.deepEqual(warnings, []);
  client.close();
});

test('an item listener is called for its item only', async () => {
  const { group, socket, client } = await live();
  const seen: unknown[] = [];
  const end = subscribeItem(group, 'a', (item) => seen.push(item?.rev));
  subscribeItem(group, 'none', (item) => seen.push(`none ${item?.rev}`));
  await socket.say(say.change('update', 'b', 3));
  await socket.say(say.change('update', 'a', 4));
  await socket.say(say.change('delete', 'a', 5));
  end();
  await socket.say(say.change('create', 'a', 6));
  assert.deepEqual(seen, [1, 'none undefined', 4, undefined]);
  client.close();
});

test('whenSeq resolves when the view shows the write, and rejects when the group ends', async () => {
  const { group, socket, client } = await live();
  await whenSeq(group, 'e1', 2);
  let isShown = false;
  const later = whenSeq(group, 'e1', 4).then(() => {
    isShown = true;
  });
  await socket.say(say.change('update', 'a', 3));
  assert.equal(isShown, false);
  await socket.say(say.change('update', 'a', 4));
  await later;
  const never = assert.rejects(whenSeq(group, 'e1', 99), { code: 'closed' });
  client.close();
  await never;
  assert.deepEqual([group.getSnapshot().status, group.getSnapshot().error?.code], ['error', 'closed']);
});

test('an item has a subscription of its own, also beside that of its group', async () => {
  const server = await live();
  const { group, socket, client } = server;
  const item = group.item('a');
  const seen: unknown[] = [];
  item.subscribe((view) => seen.push([view.status, view.item?.rev]));
  await settle();
  const [join] = socket.takeJoins();
  assert.deepEqual([join?.id, join?.since], ['a', undefined]);
  await socket.say(say.ack(join!, 'sync', 2), say.itemSync('a@1', 'a', 2));
  await socket.say(say.change('update', 'a', 3), say.change('update', 'b', 4));
  assert.deepEqual(seen, [
    ['loading', undefined],
    ['live', 1],
    ['live', 3],
  ]);
  assert.equal(shown(group.getSnapshot()), 'a@3 b@4');
  const { socket: next, joins } = await back(server);
  assert.deepEqual(
    joins.map(({ since, id }) => [id, since?.seq]),
    [
      [null, 4],
      ['a', 3],
    ],
  );
  // The same change comes for both, the item's behind the group's.
  await next.say(
    say.ack(joins[0]!, 'changes', 6),
    say.change('update', 'a', 5),
    say.change('update', 'b', 6),
  );
  await next.say(say.ack(joins[1]!, 'changes', 6), say.change('update', 'a', 5));
  assert.deepEqual([shown(group.getSnapshot()), item.getSnapshot().item?.rev], ['a@5 b@6', 5]);
  assert.deepEqual([server.warnings, server.sockets.length], [[], 2]);
  await next.say(say.change('delete', 'a', 7));
  assert.deepEqual([item.getSnapshot().status, item.getSnapshot().item], ['live', undefined]);
  client.close();
});
