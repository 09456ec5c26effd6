import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from '../../domain/json-text.js';
import { type Frame, RawWorker } from '../testing/raw-worker.js';
import { startEmbedded } from '../testing/start.js';
import { until } from '../testing/until.js';

const trigger = (id: string, config: unknown = { stream_name: 's' }, function_id = 'f') => ({
  type: 'registertrigger',
  id,
  trigger_type: 'stream',
  function_id,
  config,
});

test('of two replicas the newer one is called, and when it goes the older one is back at once', async () => {
  await using engine = await startEmbedded();
  await using older = await RawWorker.connect(engine.url);
  older.send({ type: 'registerfunction', id: 'auth' }, { type: 'registerfunction', id: 'stream::get(s)' });
  await older.settled();
  const newer = await RawWorker.connect(engine.url);
  newer.send({ type: 'registerfunction', id: 'auth' }, { type: 'registerfunction', id: 'stream::get(s)' });
  await newer.settled();
  assert.ok(engine.workers.notify('auth', asJson('1'), undefined));
  assert.equal((await newer.frame({ function_id: 'auth' })).data, 1);
  await newer[Symbol.asyncDispose]();
  await until(
    () => engine.logger.lines.some(({ message }) => message === 'a worker disconnected'),
    'its end',
  );
  assert.ok(engine.workers.has('stream::get(s)'), 'a custom stream stays one');
  assert.ok(engine.workers.notify('auth', asJson('2'), undefined));
  assert.equal((await older.frame({ function_id: 'auth' })).data, 2);
  older.send({ type: 'unregisterfunction', id: 'auth' });
  await older.settled();
  assert.ok(!engine.workers.has('auth'), 'nobody else is left');
});

test('whoever takes a function back that a newer one took over takes nothing from that one, and is not back', async () => {
  await using engine = await startEmbedded();
  await using older = await RawWorker.connect(engine.url);
  older.send({ type: 'registerfunction', id: 'f' });
  await older.settled();
  const newer = await RawWorker.connect(engine.url);
  newer.send({ type: 'registerfunction', id: 'f' });
  await newer.settled();
  older.send({ type: 'unregisterfunction', id: 'f' });
  await older.settled();
  assert.ok(engine.workers.has('f'));
  newer.send({ type: 'unregisterfunction', id: 'f' });
  await newer.settled();
  assert.ok(!engine.workers.has('f'));
});

test('a trigger type that two workers offer goes back to the older one, with its triggers', async () => {
  await using engine = await startEmbedded();
  await using user = await RawWorker.connect(engine.url);
  user.send({ ...trigger('t'), trigger_type: 'cron' });
  await using older = await RawWorker.connect(engine.url);
  older.send({ type: 'registertriggertype', id: 'cron', description: 'a clock' });
  await older.frame({ type: 'registertrigger', id: 't' });
  const newer = await RawWorker.connect(engine.url);
  newer.send({ type: 'registertriggertype', id: 'cron', description: 'a clock' });
  await newer.frame({ type: 'registertrigger', id: 't' });
  await older.frame({ type: 'unregistertrigger', id: 't' });
  const relayed = () => older.frames.filter(({ type }) => type === 'registertrigger').length;
  assert.equal(relayed(), 1);
  await newer[Symbol.asyncDispose]();
  await until(() => relayed() === 2, 'the trigger is relayed to the older one again');
  older.send({ type: 'unregistertriggertype', id: 'cron' });
  await older.settled();
  assert.equal(older.frames.filter(({ type }) => type === 'unregistertrigger').length, 2);
});

test('a trigger that two connections registered for one function runs once, as long as one of them lives', async () => {
  await using engine = await startEmbedded();
  const running = () => [...engine.service.triggers.keys()].sort();
  const first = await RawWorker.connect(engine.url);
  first.send(trigger('a', { stream_name: 's', group_id: 'g' }), trigger('other', { stream_name: 'x' }));
  await first.settled();
  await using second = await RawWorker.connect(engine.url);
  second.send(trigger('b', { group_id: 'g', stream_name: 's' }), trigger('own', { stream_name: 's' }, 'g'));
  await second.settled();
  assert.deepEqual(running(), ['a', 'other', 'own']);
  const ids = async () => {
    second.send({ type: 'invokefunction', invocation_id: 'l', function_id: 'engine::triggers::list' });
    const { triggers } = (await second.frame({ invocation_id: 'l' })).result as { triggers: Frame[] };
    return triggers.map(({ id }) => id);
  };
  assert.deepEqual(await ids(), ['a', 'other', 'b', 'own'], 'both are listed');
  await first[Symbol.asyncDispose]();
  await until(() => !engine.service.triggers.has('a'), 'the end of the first');
  assert.deepEqual(running(), ['b', 'own']);
});

test('one connection that registers a trigger twice means it, and a changed one follows its new config', async () => {
  await using engine = await startEmbedded();
  const running = () => [...engine.service.triggers.keys()].sort();
  await using first = await RawWorker.connect(engine.url);
  first.send(trigger('a'), trigger('b'));
  await first.settled();
  assert.deepEqual(running(), ['a', 'b']);
  await using second = await RawWorker.connect(engine.url);
  second.send(trigger('c'));
  await second.settled();
  assert.deepEqual(running(), ['a', 'b']);
  first.send(trigger('a', { stream_name: 'x' }), { type: 'unregistertrigger', id: 'b' });
  await first.settled();
  assert.deepEqual(running(), ['a', 'c']);
  second.send(trigger('c', { stream_name: 'x' }));
  await second.settled();
  assert.deepEqual(running(), ['a']);
  assert.deepEqual(engine.service.triggers.get('a')?.config, { stream_name: 'x' });
});

test('a trigger that comes again over a new connection, as SDKs send it, runs on and is not relayed twice', async () => {
  await using engine = await startEmbedded();
  const first = await RawWorker.connect(engine.url);
  first.send(trigger('a'));
  await first.settled();
  await using second = await RawWorker.connect(engine.url);
  second.send(trigger('a'));
  await second.settled();
  await first[Symbol.asyncDispose]();
  await until(
    () => engine.logger.lines.some(({ message }) => message === 'a worker disconnected'),
    'its end',
  );
  assert.deepEqual(engine.service.log, ['start a', 'start a']);
  assert.ok(engine.service.triggers.has('a'));
});
