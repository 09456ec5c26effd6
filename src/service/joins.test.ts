import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { validateJoinTriggerPayload } from '../../generated/validators.js';
import { FakeOutlet } from '../delivery/testing/harness.js';
import { asJson } from '../domain/json-text.js';
import { item, join, open, trigger } from './testing/open.js';

test('a join handler refuses by its answer, by failing and by a failing condition; then there is no data, ever', async () => {
  const { service, functions, call } = await open();
  functions.known.set('yes', () => ({ result: {} }));
  functions.known.set('no', () => ({ result: { unauthorized: true } }));
  functions.known.set('broken', () => ({ failure: { code: 'x', message: 'x' } }));
  const decide = async (functionId: string, config: object = {}) => {
    const outlet = new FakeOutlet(functionId);
    service.registerTrigger(trigger('t', 'stream:join', functionId, config));
    const joined = await new Promise((resolve) =>
      service.subscriptions.join(outlet, join('1'), asJson('{"user":1}'), resolve),
    );
    await call('stream::set', { ...item, data: 1 });
    await tick();
    service.subscriptions.disconnect(outlet);
    return { joined, types: outlet.messages.map((message) => message.event?.type) };
  };
  assert.deepEqual(await decide('no'), { joined: false, types: ['unauthorized'] });
  assert.deepEqual(await decide('broken'), { joined: false, types: ['unauthorized'] });
  assert.deepEqual(await decide('missing'), { joined: false, types: ['unauthorized'] });
  assert.deepEqual(await decide('yes', { condition_function_id: 'broken' }), {
    joined: false,
    types: ['unauthorized'],
  });
  assert.deepEqual((await decide('yes')).joined, true);
  assert.deepEqual((await decide('no', { stream_name: 'other' })).joined, true);
  const [payload] = functions.callsOf('yes');
  assert.ok(validateJoinTriggerPayload(payload));
  assert.deepEqual((payload as { context: unknown }).context, { user: 1 });
});

test('every join that was let in is left once: by leave, by disconnect, and when it left while it was decided', async () => {
  const { service, functions } = await open();
  const outlet = new FakeOutlet('o');
  let open_: () => void = () => {};
  functions.known.set('left', () => ({}));
  functions.known.set('slow', async () => {
    await new Promise<void>((resolve) => {
      open_ = resolve;
    });
    return {};
  });
  service.registerTrigger(trigger('l', 'stream:leave', 'left'));
  const joined = (id: string) =>
    new Promise((resolve) => service.subscriptions.join(outlet, join(id), undefined, resolve));
  await joined('1');
  await joined('2');
  service.subscriptions.leave(outlet, '1');
  service.subscriptions.leave(outlet, 'unknown');
  service.subscriptions.disconnect(outlet);
  service.registerTrigger(trigger('j', 'stream:join', 'slow'));
  void joined('3');
  service.subscriptions.disconnect(outlet);
  open_();
  await tick();
  await tick();
  assert.deepEqual(
    functions.callsOf('left').map((payload) => (payload as { subscription_id: string }).subscription_id),
    ['1', '2', '3'],
  );
});

test('a subscription is known from its join on, also while it is decided, until it is left or refused', async () => {
  const { service, functions } = await open();
  const outlet = new FakeOutlet('o');
  const decide: ((allowed: boolean) => void)[] = [];
  functions.known.set('slow', () => {
    return new Promise((resolve) =>
      decide.push((allowed) => resolve({ result: { unauthorized: !allowed } })),
    );
  });
  const known = (id: string) => service.subscriptions.find(outlet, id)?.group;
  service.subscriptions.join(outlet, join('in', { group: 'h' }), undefined, () => {});
  service.registerTrigger(trigger('j', 'stream:join', 'slow'));
  for (const id of ['yes', 'no', 'left']) service.subscriptions.join(outlet, join(id), undefined, () => {});
  assert.deepEqual(['in', 'yes', 'no', 'left', 'other'].map(known), ['h', 'g', 'g', 'g', undefined]);
  assert.equal(service.subscriptions.count(outlet), 4);
  service.subscriptions.leave(outlet, 'left');
  assert.equal(known('left'), undefined);
  assert.equal(service.subscriptions.count(outlet), 3);
  for (const [i, decided] of decide.entries()) decided(i !== 1);
  await tick();
  assert.deepEqual(['in', 'yes', 'no', 'left'].map(known), ['h', 'g', undefined, undefined]);
  service.subscriptions.disconnect(outlet);
  assert.equal(service.subscriptions.count(outlet), 0);
  assert.equal(known('in'), undefined);
});
