import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeServer, say, shown } from './testing/fake-server.js';
import { back, live } from './testing/live.js';

test('after a cut it resumes from its cursor, shows all of what changed at once, and was never blank', async () => {
  const server = await live();
  const { socket, joins } = await back(server);
  assert.deepEqual(joins[0]?.since, { epoch: 'e1', seq: 2 });
  assert.deepEqual(server.views.map((view) => `${view.status}: ${shown(view)}`).at(-1), 'stale: a@1 b@2');
  server.views.splice(0);
  await socket.say(say.ack(joins[0]!, 'changes', 5), say.change('delete', 'a', 3));
  await socket.say(say.change('create', 'c', 4));
  assert.deepEqual(server.views.map(shown), []);
  await socket.say(say.event('hello'), say.change('update', 'b', 5));
  assert.deepEqual(
    server.views.map((view) => `${view.status}: ${shown(view)}`),
    ['live: b@5 c@4'],
  );
  server.client.close();
});

test('a cut in the middle of what changed: the cursor stands where the last applied change was', async () => {
  const server = await live();
  const first = await back(server);
  await first.socket.say(say.ack(first.joins[0]!, 'changes', 9), say.change('update', 'a', 4));
  const second = await back(server);
  assert.deepEqual(second.joins[0]?.since, { epoch: 'e1', seq: 4 });
  await second.socket.say(say.ack(second.joins[0]!, 'changes', 9), say.change('update', 'b', 9));
  assert.equal(shown(server.group.getSnapshot()), 'a@4 b@9');
  server.client.close();
});

test('a cut in the middle of what changed, then a full sync: half of it is never shown', async () => {
  const server = await live();
  const first = await back(server);
  await first.socket.say(say.ack(first.joins[0]!, 'changes', 9), say.change('update', 'a', 4));
  const second = await back(server);
  await second.socket.say(say.ack(second.joins[0]!, 'sync', 12, { reason: 'horizon' }));
  assert.equal(shown(server.group.getSnapshot()), 'a@1 b@2');
  await second.socket.say(say.sync('b@12', 12));
  assert.equal(shown(server.group.getSnapshot()), 'b@12');
  server.client.close();
});

test('an item that is learned late gets its place by `created`', async () => {
  const server = await live();
  const { socket, joins } = await back(server);
  await socket.say(
    say.ack(joins[0]!, 'changes', 9),
    say.change('create', 'd', 5),
    say.change('create', 'c', 9, { created: 3 }),
  );
  assert.equal(shown(server.group.getSnapshot()), 'a@1 b@2 c@9 d@5');
  await socket.say(say.change('delete', 'a', 10), say.change('create', 'a', 11));
  assert.equal(shown(server.group.getSnapshot()), 'b@2 c@9 d@5 a@11');
  server.client.close();
});

test('a full sync keeps items of the same rev, and of another epoch none', async () => {
  const server = await live();
  const [a] = server.group.getSnapshot().items;
  const first = await back(server);
  await first.socket.say(say.ack(first.joins[0]!, 'sync', 9, { reason: 'horizon' }), say.sync('a@1 b@9', 9));
  assert.equal(server.group.getSnapshot().items[0], a);
  const second = await back(server);
  await second.socket.say(
    say.ack(second.joins[0]!, 'sync', 1, { reason: 'epoch', epoch: 'e2' }),
    say.sync('a@1', 1, { epoch: 'e2' }),
  );
  const view = server.group.getSnapshot();
  assert.deepEqual([shown(view), view.epoch, view.seq], ['a@1', 'e2', 1]);
  assert.notEqual(view.items[0], a);
  server.client.close();
});

test('a cache is shown first, resumed from, and kept; one that fails is none', async () => {
  const saved: unknown[] = [];
  const persist = {
    load: async (key: string) =>
      key === '["s","g",null]' ? { epoch: 'e1', seq: 2, items: [{ id: 'a', rev: 1, data: 1 }] } : undefined,
    save: (key: string, { seq }: { seq: number }) => void saved.push([key, seq]),
  };
  const { client, socket: next } = fakeServer({ persist });
  const seen: string[] = [];
  client.group('s', 'g').subscribe((view) => seen.push(`${view.status}: ${shown(view)}`));
  const socket = await next(1);
  await socket.open();
  const [join] = socket.takeJoins();
  assert.deepEqual(join?.since, { epoch: 'e1', seq: 2 });
  await socket.say(say.ack(join!, 'changes', 3), say.change('update', 'a', 3));
  assert.deepEqual(seen, ['loading: ', 'stale: a@1', 'live: a@3']);
  assert.deepEqual(saved, [['["s","g",null]', 3]]);
  client.close();

  const broken = fakeServer({
    persist: {
      load: () => Promise.reject(new Error('no disk')),
      save: () => Promise.reject(new Error('full')),
    },
  });
  broken.client.group('s', 'g').subscribe(() => {});
  const other = await broken.socket(1);
  await other.open();
  assert.equal(other.takeJoins()[0]?.since, undefined);
  assert.deepEqual(broken.warnings, ['persist']);
  broken.client.close();
});

test('what the server rendered is shown at once and resumed from', async () => {
  const { client, socket: next } = fakeServer();
  const initial = { epoch: 'e1', seq: 7, items: [{ id: 'a', rev: 1, data: 1 }] };
  const group = client.group('s', 'g', initial);
  assert.deepEqual([group.getSnapshot().status, shown(group.getSnapshot())], ['stale', 'a@1']);
  group.subscribe(() => {});
  const socket = await next(1);
  await socket.open();
  assert.deepEqual(socket.takeJoins()[0]?.since, { epoch: 'e1', seq: 7 });
  client.close();
});

test('a sync in pieces is shown with its last; one of another seq begins anew', async () => {
  const server = await live();
  const { socket, joins } = await back(server);
  const piece = (items: string, seq: number, more: boolean) => {
    const message = say.sync(items, seq);
    return { ...message, event: { ...message.event, ...(more ? { more } : {}) } };
  };
  await socket.say(say.ack(joins[0]!, 'sync', 9), piece('x@1', 8, true), piece('a@1 c@3', 9, true));
  assert.equal(shown(server.group.getSnapshot()), 'a@1 b@2');
  await socket.say(piece('d@9', 9, false));
  assert.deepEqual(
    [shown(server.group.getSnapshot()), server.group.getSnapshot().status],
    ['a@1 c@3 d@9', 'live'],
  );
  await socket.say(say.sync('e@1', 1, { epoch: 'e2' }));
  assert.equal(shown(server.group.getSnapshot()), 'e@1');
  server.client.close();
});

test('the changes of a transaction are shown together', async () => {
  const server = await live();
  server.views.splice(0);
  await server.socket.say(say.change('update', 'a', 3, { more: true }));
  assert.deepEqual(server.views, []);
  await server.socket.say(say.change('update', 'b', 4));
  assert.deepEqual(server.views.map(shown), ['a@3 b@4']);
  server.client.close();
});
