import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FUNCTION } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { Change } from '../domain/change.js';
import type { ServiceObserver } from '../service/service-observer.js';
import type { CommitObserver } from '../store/local/commit-queue.js';
import { Metrics } from './metrics.js';

/** Samples by name with labels. */
async function scrape(metrics: Metrics): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics.scrape()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const samples = new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
  assert.equal(samples.size, lines.length, 'no sample appears twice');
  return samples;
}

test('everything is there from the first scrape, at zero, with fixed labels', async () => {
  const samples = await scrape(new Metrics());
  const ours = [...samples].filter(([name]) => name.startsWith('iii_stream_'));
  assert.deepEqual(
    ours.filter(([, value]) => value !== 0).map(([name]) => name),
    [`iii_stream_build_info{version="unknown",node="${process.version}"}`],
  );
  const names = new Set(ours.map(([name]) => name.replace(/\{.*/, '')));
  for (const name of [
    'connections',
    'subscriptions',
    'outbox_bytes',
    'changes_total',
    'deliveries_total',
    'catch_ups_total',
    'pauses_total',
    'slow_client_closes_total',
    'dropped_events_total',
    'function_duration_seconds_bucket',
    'function_errors_total',
    'store_commit_duration_seconds_count',
    'store_commit_entries_total',
    'store_commit_failures_total',
    'store_writable',
    'triggers_total',
    'trigger_failures_total',
    'auth_failures_total',
    'build_info',
    'delivery_duration_seconds_count',
    'pending_invocations',
    'sent_bytes_total',
    'workers',
  ]) {
    assert.ok(names.has(`iii_stream_${name}`), name);
  }
  for (const name of [
    'nodejs_eventloop_lag_p99_seconds',
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
  ]) {
    assert.ok(samples.has(name), name);
  }
});

test('what is counted is what is read, again and again', async () => {
  const metrics = new Metrics();
  const engine: ServiceObserver = metrics;
  const store: CommitObserver = metrics;
  const delivery = { deliveries: 0, catchUps: 1, droppedEvents: 2, pauses: 3 };
  metrics.attach({
    connections: () => 4,
    subscriptions: () => 5,
    outboxBytes: () => 6,
    storeWritable: () => true,
    store: () => ({ held: { items: 30, groups: 31 }, log: { bytes: 20, deadBytes: 21 }, redisUp: false }),
    workers: () => ({ connected: 22, pending: 23 }),
    sockets: () => ({
      opened: 9,
      refused: [['origin_refused', 10]],
      errors: [['protocol', 11]],
      slowConsumers: 1,
      lost: 12,
      sent: { total: 24 },
    }),
    delivery,
  });
  engine.changed({ kind: 'delete' } as Change);
  engine.delivered(2);
  engine.triggerFired();
  engine.triggerFailed();
  engine.authFailed();
  store.batch(7, 3, false);
  store.batch(2, 25, true);
  delivery.deliveries = 8;
  await scrape(metrics);
  const samples = await scrape(metrics);
  const read = (name: string) => samples.get(`iii_stream_${name}`);
  assert.deepEqual(
    ['connections', 'subscriptions', 'outbox_bytes', 'store_writable'].map(read),
    [4, 5, 6, 1],
  );
  assert.deepEqual(
    ['deliveries', 'catch_ups', 'dropped_events', 'pauses'].map((name) => read(`${name}_total`)),
    [8, 1, 2, 3],
  );
  assert.deepEqual(
    ['connections', 'lost_clients', 'sent_bytes'].map((name) => read(`${name}_total`)),
    [9, 12, 24],
  );
  assert.deepEqual(
    ['triggers', 'trigger_failures', 'auth_failures', 'slow_client_closes'].map((name) =>
      read(`${name}_total`),
    ),
    [1, 1, 1, 1],
  );
  assert.equal(read('refused_upgrades_total{code="origin_refused"}'), 10);
  assert.equal(read('socket_faults_total{code="protocol"}'), 11);
  assert.deepEqual(
    ['log_bytes', 'log_dead_bytes', 'redis_up', 'engine_up', 'workers', 'pending_invocations'].map(read),
    [20, 21, 0, undefined, 22, 23],
  );
  assert.deepEqual(['items', 'groups'].map(read), [30, 31]);
  assert.equal(read('delivery_duration_seconds_bucket{le="0.0025"}'), 1);
  assert.equal(read('changes_total{kind="delete"}'), 1);
  assert.equal(read('changes_total{kind="create"}'), 0);
  assert.equal(read('store_commit_entries_total'), 9);
  assert.equal(read('store_commit_failures_total'), 1);
  const bucket = (le: string) => read(`store_commit_duration_seconds_bucket{le="${le}"}`);
  assert.deepEqual(['0.0025', '0.005', '0.01', '0.025', '10', '+Inf'].map(bucket), [0, 1, 1, 2, 2, 2]);
  assert.equal(read('store_commit_duration_seconds_sum'), 0.028);
  assert.equal(read('store_commit_duration_seconds_count'), 2);
});

test('calls are timed per function, failures counted, strangers passed through', async () => {
  const metrics = new Metrics();
  const answers: unknown[] = [];
  const done = (failure: { code: string } | undefined, result: JsonText | undefined) =>
    answers.push([failure, result]);
  metrics.timed(FUNCTION.set, done)(undefined, '1' as JsonText);
  metrics.timed(FUNCTION.set, done)({ code: 'X' }, undefined);
  assert.equal(metrics.timed('another::function', done), done);
  assert.deepEqual(answers, [
    [undefined, '1'],
    [{ code: 'X' }, undefined],
  ]);
  const samples = await scrape(metrics);
  assert.equal(samples.get('iii_stream_function_duration_seconds_count{function="stream::set"}'), 2);
  assert.equal(
    samples.get('iii_stream_function_duration_seconds_bucket{function="stream::set",le="+Inf"}'),
    2,
  );
  assert.equal(samples.get('iii_stream_function_duration_seconds_count{function="stream::get"}'), 0);
  assert.equal(samples.get('iii_stream_function_errors_total{function="stream::set"}'), 1);
  assert.equal(samples.get('iii_stream_errors_total{code="X"}'), 1);
  assert.ok(![...samples.keys()].some((name) => name.includes('another')));
});
