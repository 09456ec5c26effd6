import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonText } from '../../generated/json-text.js';
import { validateLeaveTriggerPayload } from '../../generated/validators.js';
import { FakeOutlet } from '../delivery/testing/harness.js';
import { asJson } from '../domain/json-text.js';
import { join, open, trigger } from './testing/open.js';

test('subscriptions that leave handlers would be told of are noted until they end, and told of as crashed', async () => {
  const { service, functions, store } = await open();
  const noted = new Map<string, JsonText>();
  store.owned!.joined = (id, joined) => void noted.set(id, joined);
  store.owned!.left = (id) => void noted.delete(id);
  const outlet = new FakeOutlet('o');
  const joined = (id: string, stream = 's') =>
    new Promise((resolve) =>
      service.subscriptions.join(outlet, join(id, { stream, item: 'i' }), asJson('{"user":1}'), resolve),
    );
  await joined('before');
  functions.known.set('left', () => ({}));
  service.registerTrigger(trigger('l', 'stream:leave', 'left', { stream_name: 's' }));
  await joined('ü/1');
  await joined('2');
  await joined('3', 'other');
  assert.equal(noted.size, 2);
  for (const id of noted.keys()) assert.match(id, /^[\w-]+\.o\/[\x21-\x7e]+$/);
  const [text] = noted.values();
  service.subscriptions.leave(outlet, '2');
  assert.equal(noted.size, 1);
  service.subscriptions.disconnect(outlet);
  assert.equal(noted.size, 0);
  const told = functions.callsOf('left').length;
  service.crashes.crashed(text!);
  const payload = functions.callsOf('left')[told];
  assert.ok(validateLeaveTriggerPayload(payload));
  const { subscription_id, stream_name, id, context, reason, event_type } = payload as unknown as Record<
    string,
    unknown
  >;
  assert.deepEqual(
    [subscription_id, stream_name, id, context, reason, event_type],
    ['ü/1', 's', 'i', { user: 1 }, 'crashed', 'stream:leave'],
  );
  assert.deepEqual([service.crashes.tells(text!)], [true]);
  service.unregisterTrigger('l');
  assert.deepEqual([service.crashes.tells(text!)], [false]);
});
