import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { FakeOutlet } from '../delivery/testing/harness.js';
import type { Change } from '../domain/change.js';
import { item, join, open, trigger } from './testing/open.js';

const at = { stream: 's', group: 'g', item: 'me' };

/** A service whose join handler returns `answer`, and what the store commits. */
async function opened(t: { after(fn: () => void): void }, answer: unknown = { presence: true }) {
  const all = await open();
  // The store's timers keep no process alive.
  const alive = setInterval(() => {}, 1_000);
  t.after(() => {
    clearInterval(alive);
    all.service.close();
  });
  all.functions.known.set('joined', () => ({ result: answer }));
  all.functions.known.set('left', () => ({}));
  all.service.registerTrigger(trigger('j', 'stream:join', 'joined'));
  all.service.registerTrigger(trigger('l', 'stream:leave', 'left'));
  const told: string[] = [];
  const waiting = new Set<() => void>();
  all.functions.known.set('changed', (payload) => {
    const { event, id } = payload as { event: Change & { type: string }; id: string };
    told.push(`${event.type} ${id}${event.reason === undefined ? '' : ` ${event.reason}`}`);
    for (const check of waiting) check();
    return {};
  });
  all.service.registerTrigger(trigger('t', 'stream', 'changed', { stream_name: 's' }));
  const until = (what: string) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!told.includes(what)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const enter = async (name: string, data: unknown, key: string | null = 'me', id = '1') => {
    const outlet = new FakeOutlet(name);
    const presence = { ...(key === null ? {} : { key }), data: data as object };
    const isIn = await new Promise((resolve) =>
      all.service.subscriptions.join(outlet, join(id, { presence }), undefined, resolve),
    );
    return { outlet, isIn };
  };
  const end = (outlet: FakeOutlet) => all.service.subscriptions.disconnect(outlet);
  return { ...all, told, until, enter, end };
}

test('a client that a handler allows has its item, from its first sync until a grace after it left', async (t) => {
  const { service, functions, store, until, enter } = await opened(t);
  const { outlet, isIn } = await enter('a', { n: 1 });
  await tick();
  assert.equal(isIn, true);
  assert.deepEqual(outlet.messages[0]?.event, { type: 'sync', data: [{ n: 1 }] });
  const [payload] = functions.callsOf('joined') as { presence: unknown }[];
  assert.deepEqual(payload?.presence, { key: 'me', data: { n: 1 } });
  service.subscriptions.leave(outlet, '1');
  assert.equal(store.get(at), '{"n":1}');
  await until('delete me owner_left');
  assert.equal(store.get(at), undefined);
});

test('without a key the item is the connection, and a handler may give another value', async (t) => {
  const { functions, store, enter } = await opened(t, { presence: { data: { safe: true } } });
  await enter('a', { n: 1 }, null);
  const [payload] = functions.callsOf('joined') as { connection_id: string }[];
  assert.equal(store.get({ ...at, item: payload!.connection_id }), '{"safe":true}');
});

test('who comes back in time with the same is no event for anybody, whatever order ends and starts come in', async (t) => {
  const { told, until, enter, end } = await opened(t);
  let last = await enter('o0', { n: 1 });
  for (let n = 1; n <= 50; n += 1) {
    const next = n % 2 === 0 ? await enter(`o${n}`, { n: 1 }) : undefined;
    end(last.outlet);
    last = next ?? (await enter(`o${n}`, { n: 1 }));
  }
  assert.deepEqual(told, ['create me']);
  end((await enter('other', { n: 2 })).outlet);
  await until('update me');
  end(last.outlet);
  await until('delete me owner_left');
  assert.deepEqual(
    told.filter((one) => one.startsWith('delete')),
    ['delete me owner_left'],
  );
});

test('of two tabs with one key the item is that of the later, and then of the one that is left', async (t) => {
  const { store, told, until, enter, end } = await opened(t);
  const one = await enter('a', { tab: 1 });
  const two = await enter('b', { tab: 2 });
  assert.equal(store.get(at), '{"tab":2}');
  end(two.outlet);
  while (store.get(at) !== '{"tab":1}') await tick();
  assert.deepEqual(told, ['create me', 'update me', 'update me']);
  const same = await enter('c', { tab: 1 });
  end(one.outlet);
  const later = await enter('d', { n: 1 }, 'other');
  end(later.outlet);
  await until('delete other owner_left');
  assert.equal(store.get(at), '{"tab":1}');
  end(same.outlet);
  await until('delete me owner_left');
});

test('what somebody else writes over or removes meanwhile is not given back', async (t) => {
  const { store, call, until, enter, end } = await opened(t);
  const one = await enter('a', 1, 'taken');
  const two = await enter('b', 1, 'kicked');
  await call('stream::set', { ...item, item_id: 'taken', data: 'mine' });
  await call('stream::delete', { ...item, item_id: 'kicked' });
  for (const { outlet } of [one, two]) end(outlet);
  end((await enter('c', 1, 'last')).outlet);
  await until('delete last owner_left');
  assert.equal(store.get({ ...at, item: 'taken' }), '"mine"');
  assert.equal(store.get({ ...at, item: 'kicked' }), undefined);
});

test('a join that no handler allows an item is refused as a whole, and is left by those who were told', async (t) => {
  for (const answer of [
    {},
    { presence: false },
    { presence: 1 },
    { presence: {} },
    { presence: null },
    null,
  ]) {
    const { service, functions, call, enter } = await opened(t, answer);
    const { outlet, isIn } = await enter('a', 1);
    const { type, code, message, subscriptionId } = outlet.messages[0] as unknown as Record<string, string>;
    assert.deepEqual([isIn, type, code, subscriptionId], [false, 'error', 'invalid_input', '1']);
    assert.match(message!, /^presence: /);
    assert.equal(outlet.messages.length, 1);
    assert.equal(functions.callsOf('left').length, 1);
    assert.deepEqual(await call('stream::list', item), []);
    assert.equal(service.subscriptions.count(outlet), 0);
  }
  const { service, call, enter } = await opened(t);
  service.unregisterTrigger('j');
  assert.equal((await enter('a', 1)).isIn, false);
  service.registerTrigger(trigger('j', 'stream:join', 'joined'));
  service.registerTrigger(trigger('k', 'stream:join', 'no'));
  assert.equal((await enter('b', 1)).isIn, false);
  assert.deepEqual(await call('stream::list', item), []);
});

test('an item that nobody may write is refused before a handler is asked, naming the field', async (t) => {
  const { service, functions, store, call, enter } = await opened(t);
  const refused = async (data: unknown, key?: string) => {
    const { outlet, isIn } = await enter('a', data, key);
    assert.equal(isIn, false);
    const { code, message } = outlet.messages[0] as unknown as { code: string; message: string };
    service.subscriptions.disconnect(outlet);
    return `${code} ${message.split(':')[0]}`;
  };
  assert.equal(await refused(1, '..'), 'invalid_input presence.key');
  assert.equal(await refused('x'.repeat(2_000)), 'limit presence.data');
  functions.known.set('stream::set(s)', () => assert.fail('called'));
  assert.equal(await refused(1), 'invalid_input presence');
  functions.known.delete('stream::set(s)');
  Object.defineProperty(store, 'owned', { value: undefined });
  assert.equal(await refused(1), 'invalid_input presence');
  assert.equal(functions.callsOf('joined').length, 0);
  assert.deepEqual(await call('stream::list', item), []);
});

test('a store that takes nothing now refuses the join, and one that was left meanwhile leaves nothing', async (t) => {
  const { service, store, functions, until, enter } = await opened(t);
  const commit = store.commit.bind(store);
  store.commit = () => Promise.reject(new Error('away'));
  assert.equal((await enter('a', 1)).isIn, false);
  let goOn = () => {};
  store.commit = (...args) =>
    new Promise((resolve) => {
      goOn = () => resolve(commit(...args));
    });
  const outlet = new FakeOutlet('b');
  const presence = { key: 'me', data: { n: 1 } };
  service.subscriptions.join(outlet, join('1', { presence }), undefined, () => assert.fail('it was left'));
  while (functions.callsOf('joined').length < 2) await tick();
  await tick();
  service.subscriptions.disconnect(outlet);
  store.commit = commit;
  goOn();
  await until('delete me owner_left');
  while (functions.callsOf('left').length < 2) await tick();
});
