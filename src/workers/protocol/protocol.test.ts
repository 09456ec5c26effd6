import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from '../../domain/json-text.js';
import { until } from '../testing/until.js';
import { Deadlines, type Expiring } from './deadlines.js';
import { invocationFrame, resultFrame } from './encode.js';
import { Outbox } from './outbox.js';
import { CallBudget, PendingCalls } from './pending.js';

test('frames are JSON whatever the names are, and hold the payload as it was', () => {
  const id = 'a"b\\c\u2028';
  const trace = { traceparent: 't"', baggage: 'b' };
  assert.deepEqual(JSON.parse(invocationFrame('1', id, asJson('[1.0]'), trace)), {
    type: 'invokefunction',
    invocation_id: '1',
    function_id: id,
    data: [1],
    ...trace,
  });
  assert.deepEqual(JSON.parse(invocationFrame(undefined, id, undefined, undefined)), {
    type: 'invokefunction',
    function_id: id,
    action: { type: 'void' },
  });
  assert.match(resultFrame('1', id, undefined, asJson('1.0')), /"result":1\.0\}$/);
  assert.ok(!('result' in JSON.parse(resultFrame('1', id, undefined, undefined))));
  const failure = { code: 'c', message: 'm', stacktrace: 's' };
  assert.deepEqual(JSON.parse(resultFrame('"', id, failure, undefined)), {
    type: 'invocationresult',
    invocation_id: '"',
    function_id: id,
    error: failure,
  });
});

test('deadlines come in their order, never early, and not at all once removed', async () => {
  const deadlines = new Deadlines();
  const start = performance.now();
  const expired: [string, number][] = [];
  const entry = (name: string): Expiring => ({
    bucket: undefined,
    expire: () => expired.push([name, performance.now() - start]),
  });
  const removed = entry('removed');
  deadlines.add(entry('later'), 90);
  deadlines.add(removed, 30);
  deadlines.add(entry('soon'), 30);
  deadlines.remove(removed);
  await until(() => expired.length === 2, 'both expired');
  assert.deepEqual(
    expired.map(([name]) => name),
    ['soon', 'later'],
  );
  assert.ok(expired[0]![1] >= 30 && expired[1]![1] >= 90, String(expired));
  // The timer stopped; it starts again.
  deadlines.add(entry('again'), 0);
  await until(() => expired.length === 3, 'the third expired');
  deadlines.close();
});

test('what one callback throws stops no other call', () => {
  const thrown: unknown[] = [];
  const budget = new CallBudget(() => 10);
  const pending = new PendingCalls(budget, new Deadlines(), (error) => thrown.push(error));
  const ended: (string | undefined)[] = [];
  pending.start('f', 1_000, () => {
    throw new Error('on purpose');
  });
  pending.start('f', 1_000, (failure) => ended.push(failure?.code));
  pending.stop();
  pending.stop();
  assert.deepEqual([thrown.length, ended, budget.used, pending.size], [1, ['invocation_stopped'], 0, 0]);
});

test('the messages of one turn leave in one write, big ones at once', async () => {
  const writes: number[] = [];
  const outbox = new Outbox((messages) => writes.push(messages.length));
  for (const message of ['a', 'b', 'c']) outbox.send(message);
  assert.deepEqual(writes, []);
  await until(() => writes.length > 0, 'a write');
  outbox.send('d');
  outbox.send('x'.repeat(1_048_576));
  outbox.flush();
  assert.deepEqual(writes, [3, 2]);
});
