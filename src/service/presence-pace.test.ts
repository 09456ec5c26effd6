import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay, setImmediate as tick } from 'node:timers/promises';
import { FakeOutlet } from '../delivery/testing/harness.js';
import { join, open, trigger } from './testing/open.js';

type Told = { readonly subscription_id: string };

/** A worker that has room for so many unanswered calls, and replies to them a turn later. */
async function openWithRoom(room: number) {
  const opened = await open();
  const { functions } = opened;
  const state = { running: 0, most: 0, refused: 0, away: false, open: Promise.resolve() };
  const invoke = functions.invoke.bind(functions);
  functions.invoke = (id, payload, options, done) => {
    if (state.away || state.running >= room) {
      state.refused += 1;
      done({ code: state.away ? 'engine_unavailable' : 'overloaded', message: '', notSent: true }, undefined);
      return;
    }
    state.running += 1;
    state.most = Math.max(state.most, state.running);
    invoke(id, payload, options, (failure, result) => {
      state.running -= 1;
      done(failure, result);
    });
  };
  const reply = async () => {
    await state.open;
    await tick();
    return {};
  };
  for (const id of ['joined', 'left']) functions.known.set(id, reply);
  const told = (id: string) => functions.callsOf(id).map((payload) => (payload as Told).subscription_id);
  const subscribe = (outlet: FakeOutlet, id: string, stream = 's') =>
    new Promise((resolve) =>
      opened.service.subscriptions.join(outlet, join(id, { stream }), undefined, resolve),
    );
  /** So many clients of one group. */
  const connect = (count: number, stream?: string) =>
    Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const outlet = new FakeOutlet(`${n}`);
        await subscribe(outlet, `${n}`, stream);
        return outlet;
      }),
    );
  return { ...opened, state, told, subscribe, connect };
}

const ids = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}

for (const room of [1_000, 30]) {
  test(`each of 3,000 leaves at once is told once, in order, with room for ${room} calls`, async () => {
    const { service, connect, told, state } = await openWithRoom(room);
    service.registerTrigger(trigger('l', 'stream:leave', 'left'));
    const clients = await connect(3_000);
    for (const client of clients) service.subscriptions.disconnect(client);
    await until(() => told('left').length === 3_000 && state.running === 0);
    assert.deepEqual(told('left'), ids(3_000));
    // Half of max_pending_invocations, 100 here: other calls have room as well.
    assert.ok(state.most <= 50, `${state.most} at one time`);
  });
}

test('leaves wait for an engine that is away, and are told when it is back', async () => {
  const { service, connect, told, state } = await openWithRoom(1_000);
  service.registerTrigger(trigger('l', 'stream:leave', 'left'));
  const clients = await connect(10);
  state.away = true;
  for (const client of clients) service.subscriptions.disconnect(client);
  await until(() => state.refused > 2);
  state.away = false;
  await until(() => told('left').length === 10);
  assert.deepEqual(told('left'), ids(10));
});

test('handlers learn of a join after the leaves before it; one that is left while it waits is never told', async () => {
  const { service, functions, connect, subscribe, told, state } = await openWithRoom(1_000);
  service.registerTrigger(trigger('l', 'stream:leave', 'left'));
  const clients = await connect(200);
  service.registerTrigger(trigger('j', 'stream:join', 'joined', { stream_name: 's' }));
  let go: () => void = () => {};
  state.open = new Promise((resolve) => {
    go = resolve;
  });
  for (const client of clients) service.subscriptions.disconnect(client);
  const [back, hasty] = [new FakeOutlet('back'), new FakeOutlet('hasty')];
  const joined = subscribe(back, 'back');
  void subscribe(hasty, 'hasty');
  service.subscriptions.disconnect(hasty);
  // Streams without owed leaves do not wait.
  await subscribe(new FakeOutlet('other'), 'other', 'elsewhere');
  assert.deepEqual(told('joined'), []);
  go();
  await joined;
  assert.deepEqual(told('joined'), ['back']);
  assert.equal(told('left').length, 200);
  const order = functions.calls.map(({ id }) => id);
  assert.ok(order.indexOf('joined') > order.lastIndexOf('left'), 'the leaves first');
});

test('a handler that fails is not asked again, and holds up nobody', async () => {
  const { service, functions, connect, told } = await openWithRoom(1_000);
  functions.known.set('left', () => ({ failure: { code: 'overloaded', message: 'of the handler’s own' } }));
  service.registerTrigger(trigger('l', 'stream:leave', 'left'));
  const clients = await connect(300);
  for (const client of clients) service.subscriptions.disconnect(client);
  await until(() => told('left').length === 300);
  await delay(100);
  assert.deepEqual(told('left'), ids(300));
});
