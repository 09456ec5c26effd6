import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeOutlet } from '../delivery/testing/harness.js';
import type { Change } from '../domain/change.js';
import { asJson } from '../domain/json-text.js';
import type { LostItem, Mutation, OwnershipEvents, Store } from '../store/port.js';
import { type CrashEvents, Owners } from './owners.js';
import { item, join, open, trigger } from './testing/open.js';

type Service = Awaited<ReturnType<typeof open>>['service'];

const joined = (service: Service, outlet: FakeOutlet, id = '1') =>
  new Promise((resolve) => service.subscriptions.join(outlet, join(id), undefined, resolve));

/** A service, and what its handlers are told. The store's timers keep no process alive. */
async function opened(t: { after(fn: () => void): void }) {
  const all = await open();
  const alive = setInterval(() => {}, 1_000);
  t.after(() => {
    clearInterval(alive);
    all.service.close();
  });
  const told: Record<string, string>[] = [];
  all.functions.known.set('handler', (payload) => {
    told.push(payload as Record<string, string>);
    return {};
  });
  for (const type of ['stream:join', 'stream:leave'])
    all.service.registerTrigger(trigger(type, type, 'handler'));
  const removed = new Promise<Record<string, unknown>>((resolve) => {
    all.functions.known.set('onDelete', (payload) => {
      const { event, id } = payload as { event: { type: string }; id: string };
      if (event.type === 'delete') resolve({ ...event, id });
      return {};
    });
  });
  all.service.registerTrigger(trigger('t', 'stream', 'onDelete', { stream_name: 's' }));
  const connect = async (name: string) => {
    const outlet = new FakeOutlet(name);
    await joined(all.service, outlet);
    return { outlet, connection_id: told.at(-1)!.connection_id! };
  };
  const set = (item_id: string, owner?: unknown) =>
    all.call('stream::set', { ...item, item_id, data: 1, owner });
  return { ...all, told, removed, connect, set };
}

test('handlers are told one connection id in joins and leaves, another for each connection', async (t) => {
  const { service, told, connect } = await opened(t);
  const one = await connect('a');
  const two = await connect('b');
  await joined(service, one.outlet, '2');
  assert.notEqual(one.connection_id, two.connection_id);
  service.subscriptions.leave(one.outlet, '1');
  service.subscriptions.disconnect(one.outlet);
  assert.deepEqual(
    told.map(({ event_type, connection_id }) => [event_type, connection_id]),
    [
      ['stream:join', one.connection_id],
      ['stream:join', two.connection_id],
      ['stream:join', one.connection_id],
      ['stream:leave', one.connection_id],
      ['stream:leave', one.connection_id],
    ],
  );
});

test('an item goes after its connection and the grace, and what was given to somebody else stays', async (t) => {
  const { service, call, connect, set, removed } = await opened(t);
  const one = await connect('a');
  const two = await connect('b');
  await set('mine', one);
  await set('given', one);
  await set('given', two);
  await set('freed', one);
  await set('freed');
  await set('plain');
  service.subscriptions.disconnect(one.outlet);
  assert.equal(((await call('stream::list', item)) as unknown[]).length, 4);
  assert.deepEqual(await removed, { type: 'delete', data: 1, reason: 'owner_left', id: 'mine' });
  assert.equal(((await call('stream::list', item)) as unknown[]).length, 3);
});

test('an item that was removed and made again by its connection goes with it all the same', async (t) => {
  const { service, call, connect, set } = await opened(t);
  const one = await connect('a');
  await set('i', one);
  await call('stream::delete', item);
  await Promise.all([set('i', one), call('stream::delete', item), set('i', one)]);
  service.subscriptions.disconnect(one.outlet);
  while (((await call('stream::list', item)) as unknown[]).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
});

test('an owner that is no open connection, or no owner at all, is refused, naming the field, and writes nothing', async (t) => {
  const { service, call, connect, set } = await opened(t);
  const { outlet, connection_id } = await connect('a');
  service.subscriptions.disconnect(outlet);
  const two = await connect('b');
  for (const owner of [{ connection_id }, { connection_id: `${two.connection_id}0` }, { connection_id: '' }])
    await assert.rejects(set('i', owner), {
      message: /^invalid_input: owner\.connection_id: is no open connection/,
    });
  for (const owner of [{}, { connection_id: 1 }, 'x', 1, true, [], null])
    await assert.rejects(set('i', owner), { message: /^invalid_input: owner/ });
  await assert.rejects(call('stream::update', { ...item, ops: [], owner: { connection_id } }), {
    message: /^invalid_input: owner\.connection_id: /,
  });
  assert.deepEqual(await call('stream::list', item), []);
});

test('a custom stream, and a store in which items belong to nobody, refuse an owner', async (t) => {
  const { functions, store, connect, set } = await opened(t);
  const { connection_id } = await connect('a');
  functions.known.set('stream::set(s)', () => assert.fail('called'));
  await assert.rejects(set('i', { connection_id }), {
    message: /^invalid_input: owner: is not offered by a custom stream/,
  });
  functions.known.delete('stream::set(s)');
  Object.defineProperty(store, 'owned', { value: undefined });
  await assert.rejects(set('i', { connection_id }), { message: /^unsupported: owner: / });
});

test('a removal that the store does not take now is done when it does', async (t) => {
  const { service, store, connect, set, removed } = await opened(t);
  const one = await connect('a');
  await set('i', one);
  const commit = store.commit.bind(store);
  let refusals = 0;
  store.commit = (...args) => {
    if (args[1].kind !== 'delete' || refusals === 2) return commit(...args);
    refusals += 1;
    if (refusals === 1) throw new Error('read only');
    return Promise.reject(new Error('away'));
  };
  service.subscriptions.disconnect(one.outlet);
  assert.equal((await removed).reason, 'owner_left');
  assert.equal(refusals, 2);
});

const at = { stream: 's', group: 'g', item: 'i' };

/** Owners over a store that does as it is told, and what they ask of it. */
function overStore() {
  const commits: Mutation[] = [];
  let events: Pick<OwnershipEvents, 'lost'> | undefined;
  const change = {
    ...at,
    kind: 'create',
    seq: 5,
    epoch: 'e',
    timestamp: 1,
    value: asJson('1'),
    old: undefined,
  } as const;
  const owned = {
    process: 'p',
    begin: (given: OwnershipEvents) => {
      events = given;
    },
    note: () => {},
    forget: () => {},
  };
  const store = {
    owned,
    commit: (_: unknown, mutation: Mutation) => {
      commits.push(mutation);
      return { change, old: undefined };
    },
  };
  const times = { graceMs: () => 0, leaseMs: () => 0 };
  const owners = new Owners(store as unknown as Store, {} as CrashEvents, times);
  return { owners, commits, change, lost: (item: LostItem) => events?.lost(item) };
}

test('news of a deletion from before an item was given takes it from nobody', () => {
  const { owners, commits, change } = overStore();
  const give = { kind: 'set', value: asJson('1'), life: { owner: 'p.a' } } as const;
  const deletion = (seq: number, epoch = 'e'): Change => ({ ...change, kind: 'delete', seq, epoch });
  owners.commit(at, give, undefined);
  owners.changed(deletion(4));
  owners.changed(deletion(9, 'another'));
  owners.release('p.a');
  assert.deepEqual(
    commits.map(({ kind }) => kind),
    ['set', 'delete'],
  );
  owners.commit(at, give, undefined);
  owners.changed(deletion(6));
  owners.release('p.a');
  assert.equal(commits.length, 3, 'it is gone');
});

test('a lost item comes back for a client that is still present, and for nobody else', () => {
  const { owners, commits, lost } = overStore();
  const item = { at, owner: 'p.a/1', value: asJson('1'), ttlMs: undefined };
  lost(item);
  assert.equal(commits.length, 0);
  owners.enter('p.a/1');
  lost(item);
  assert.equal(commits.length, 1);
  owners.exit('p.a/1');
  lost(item);
  assert.equal(commits.length, 1);
});
