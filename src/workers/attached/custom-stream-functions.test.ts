import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonOf } from '../../domain/json-text.js';
import type { InvocationCallback } from '../../service/service-port.js';
import { recordingLogger } from '../testing/logger.js';
import { CustomStreamFunctions } from './custom-stream-functions.js';

const KEPT_MS = 50_000;

/** An engine that lists `ids` when it is told to reply, and a clock that a test sets. */
function start() {
  const asked: InvocationCallback[] = [];
  const at = { now: 0 };
  const call = (_id: string, _payload: unknown, done: InvocationCallback): void => void asked.push(done);
  const custom = new CustomStreamFunctions(call, recordingLogger(), KEPT_MS, () => at.now);
  const reply = (...ids: readonly string[]): void => {
    const functions = ids.map((function_id) => ({ function_id }));
    asked.shift()?.(undefined, jsonOf({ functions }));
  };
  return { custom, asked, reply, at };
}

test('a list is good for all calls of a stream, for a second', async () => {
  const { custom, asked, reply, at } = start();
  const first = custom.settle('a');
  assert.equal(custom.settle('a'), first);
  reply('stream::set(a)');
  await first;
  assert.ok(custom.has('stream::set(a)'));
  assert.equal(custom.settle('a'), undefined);
  at.now = 999;
  assert.equal(custom.settle('a'), undefined);
  at.now = 1_000;
  const again = custom.settle('a');
  assert.ok(again, 'a worker that is there already may have offered the stream');
  reply();
  await again;
  const other = custom.settle('b');
  assert.ok(other, 'a name that was never used is asked about');
  assert.equal(asked.length, 1);
  reply();
  await other;
});

test('whoever comes after a worker came does not wait for the list of before', async () => {
  const { custom, asked, reply } = start();
  const before = custom.settle('a');
  custom.changed();
  const after = custom.settle('a');
  assert.notEqual(after, before);
  reply();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(asked.length, 1, 'it asks once more');
  reply('stream::set(a)');
  await Promise.all([before, after]);
  assert.ok(custom.has('stream::set(a)'));
  assert.equal(custom.settle('a'), undefined);
});

test('a call waits for one list after it came, however many others come', async () => {
  const { custom, asked, reply } = start();
  let next = custom.settle('stream 0');
  for (let count = 1; count <= 5; count += 1) {
    const before = next;
    next = custom.settle(`stream ${count}`);
    custom.settle(`another ${count}`);
    assert.equal(asked.length, 1, 'one question at a time');
    reply();
    await before;
    await new Promise((resolve) => setImmediate(resolve));
  }
  reply();
  await next;
});

test('a list that is out of date when it comes is not taken for the next call', async () => {
  const { custom, reply } = start();
  const before = custom.settle('a');
  custom.changed();
  reply();
  await before;
  const next = custom.settle('a');
  assert.ok(next);
  reply('stream::set(a)');
  await next;
  assert.ok(custom.has('stream::set(a)'));
});

test('a custom stream stays one for as long as is said after its worker went, and no longer', async () => {
  const { custom, reply, at } = start();
  const list = async (...ids: readonly string[]): Promise<void> => {
    const asked = custom.refresh();
    reply(...ids);
    await asked;
  };
  await list('stream::set(a)', 'stream::list(a)');
  await list();
  at.now = KEPT_MS - 1;
  assert.ok(custom.has('stream::set(a)') && custom.has('stream::list(a)'));
  await list('stream::set(a)');
  assert.ok(custom.has('stream::set(a)'));
  assert.ok(!custom.has('stream::list(a)'), 'what its worker gave up is no memory');
  await list();
  at.now = 2 * KEPT_MS - 1;
  assert.ok(!custom.has('stream::set(a)'));
});

test('an engine that does not say what there is: calls fail, and the next one asks again', async () => {
  const { custom, asked, reply } = start();
  const failing = custom.settle('a');
  asked.shift()?.({ code: 'invocation_timeout', message: 'no reply' }, undefined);
  await assert.rejects(failing ?? Promise.resolve(), { reason: 'unavailable', message: /no reply/ });
  const next = custom.settle('a');
  assert.ok(next);
  reply('stream::get(a)');
  await next;
  assert.ok(custom.has('stream::get(a)'));
});
