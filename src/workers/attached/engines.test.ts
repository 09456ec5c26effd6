import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalError } from '../../domain/errors.js';
import { asJson } from '../../domain/json-text.js';
import { FakeEngine } from '../testing/fake-engine.js';
import { RawWorker } from '../testing/raw-worker.js';
import { startAttached } from '../testing/start.js';
import { until } from '../testing/until.js';

const SET = 'stream::set(mine)';

/** A worker as SDKs connect: it registers, then announces itself. */
async function workerOf(engine: FakeEngine, name: string, ...frames: object[]): Promise<RawWorker> {
  const worker = await RawWorker.connect(engine.url);
  for (const frame of frames) worker.send(frame as never);
  worker.send({
    type: 'invokefunction',
    function_id: 'engine::workers::register',
    data: { name },
    action: { type: 'void' },
  });
  await worker.settled();
  return worker;
}

const registered = (id: string) => ({ type: 'registerfunction', id });
const trigger = {
  type: 'registertrigger',
  id: 't',
  trigger_type: 'stream',
  function_id: 'f',
  config: { stream_name: 's' },
};
const reattachedWith = (engine: FakeEngine) => engine.received.filter(({ type }) => type === 'reattach');

test('the first use of a stream after a worker came asks, long before the clock of the engine ticks', async () => {
  await using engine = await FakeEngine.start();
  await using attached = startAttached(engine.url);
  await attached.ready;
  await attached.workers.settle('mine');
  assert.equal(attached.workers.settle('mine'), undefined, 'it is known, and costs no question');
  assert.equal(attached.workers.has(SET), false);
  const worker = await workerOf(engine, 'keeper', registered(SET));
  await until(() => attached.workers.settle('mine') !== undefined, 'the event of the worker');
  const first = attached.workers.settle('mine');
  assert.equal(attached.workers.settle('mine'), first, 'calls that come meanwhile wait for the same answer');
  await first;
  assert.ok(attached.workers.has(SET) && !attached.workers.has('stream::set(other)'));
  await worker[Symbol.asyncDispose]();
  await until(() => attached.workers.settle('mine') !== undefined, 'the event of its end');
  await attached.workers.settle('mine');
  assert.ok(attached.workers.has(SET), 'a custom stream stays one while its worker is away');
  const failed = new Promise((resolve) => attached.workers.invoke(SET, asJson('{}'), {}, resolve));
  assert.equal(((await failed) as { code: string }).code, 'function_not_found');
});

test('an engine since 0.23: the announce, its own list of triggers, and the token of a reconnect', async () => {
  await using engine = await FakeEngine.start({ like: '0.23' });
  await using attached = startAttached(engine.url);
  await attached.ready;
  await using user = await workerOf(engine, 'user', registered('f'), trigger);
  await until(() => attached.service.triggers.has('t'), 'the trigger is relayed');
  const invocation_id = '1';
  user.send({ type: 'invokefunction', invocation_id, function_id: 'stream::get', data: { item_id: 'x' } });
  assert.equal((await user.frame({ type: 'invocationresult', invocation_id })).error, undefined);
  assert.deepEqual(reattachedWith(engine), []);
  const states: string[] = [];
  attached.workers.onState((state) => states.push(state));
  engine.drop('iii-stream');
  await until(() => states.at(-1) === 'ready', 'it is back');
  const [reattach] = reattachedWith(engine);
  assert.ok(reattach?.previous_worker_id && reattach.reattach_token);
  assert.ok(attached.service.triggers.has('t'), 'the list tells that it did not end');
  assert.equal(attached.workers.notReady(), undefined);
});

/** What `stream::get` of an item that is not there fails with, when `worker` calls it. */
async function errorOfGet(worker: RawWorker): Promise<unknown> {
  const invocation_id = crypto.randomUUID();
  worker.send({ type: 'invokefunction', invocation_id, function_id: 'stream::get', data: { item_id: 'x' } });
  return (await worker.frame({ type: 'invocationresult', invocation_id })).error;
}

test('a living worker with our name: once under another, and its functions are ours when it goes', async () => {
  await using engine = await FakeEngine.start({ like: '0.23' });
  const older = startAttached(engine.url);
  await older.ready;
  await using newer = startAttached(engine.url);
  await using second = startAttached(engine.url, {}, { identity: { name: 'b' }, isOneOfSeveral: true });
  await Promise.all([newer.ready, second.ready]);
  const about = /another worker of the engine has functions of ours/;
  await until(() => about.test(newer.workers.notReady() ?? ''), 'told');
  const renamed = 'a living worker of the engine has our name: connecting again under another';
  assert.ok(newer.logger.lines.some(({ message }) => message === renamed));
  assert.equal(second.workers.notReady(), undefined, 'one of several is ready to serve sockets');
  await older.workers.close();
  await until(() => newer.workers.notReady() === undefined, 'they are offered again');
  await using user = await workerOf(engine, 'user');
  assert.equal(await errorOfGet(user), undefined);
});

test('an engine of 0.11.6 leaves nobody the functions of a newer instance: the older one offers its own again', async () => {
  await using engine = await FakeEngine.start();
  await using older = startAttached(engine.url);
  await older.ready;
  await using user = await workerOf(engine, 'user', registered('f'), trigger);
  await until(() => older.service.triggers.has('t'), 'the trigger is relayed');
  const newer = startAttached(engine.url);
  await newer.ready;
  await newer.workers.close();
  const again = 'offering again what nobody has any more';
  await until(() => older.logger.lines.some(({ message }) => message === again), 'offered again');
  await until(() => older.service.log.length === 2, 'the trigger comes once more');
  assert.equal(await errorOfGet(user), undefined);
  assert.deepEqual([older.service.log, older.service.triggers.size], [['start t', 'start t'], 1]);
});

test('an engine that rejects us for good is not asked for ever', async () => {
  const name = 'taken';
  await using engine = await FakeEngine.start({ like: '0.23', rejects: 'FORBIDDEN' });
  const attached = startAttached(engine.url, {}, { identity: { name } });
  await assert.rejects(
    attached.ready,
    (error: unknown) =>
      error instanceof LocalError && error.code === 'engine_rejected' && /FORBIDDEN/.test(error.message),
  );
  assert.match(attached.workers.notReady() ?? '', /FORBIDDEN/);
  await attached.workers.close();
});

test('an engine whose own iii-stream is active is told of, with the line to remove', async () => {
  await using engine = await FakeEngine.start({ builtIn: { 'stream::set': {}, 'stream::get': null } });
  await using attached = startAttached(engine.url);
  await attached.ready;
  assert.match(
    attached.workers.notReady() ?? '',
    /own iii-stream is active.*Remove the entry `- name: iii-stream`/,
  );
  assert.ok(
    attached.logger.lines.some(({ level, message }) => level === 'warn' && /own iii-stream/.test(message)),
  );
});

test('an engine that offers observers: each event calls its source, which returns it', async () => {
  await using engine = await FakeEngine.start({ features: ['observe.v1'] });
  await using attached = startAttached(engine.url);
  await attached.ready;
  assert.ok(attached.workers.isObserved());
  await using user = await workerOf(engine, 'user');
  user.send({
    type: 'invokefunction',
    invocation_id: '1',
    function_id: 'stream::on-changed',
    data: { n: 1 },
  });
  assert.deepEqual((await user.frame({ type: 'invocationresult', invocation_id: '1' })).result, { n: 1 });
  attached.workers.observed('stream::on-changed', asJson('{"n":2}'), { observeDepth: 3 });
  await until(
    () =>
      engine.received.some(
        ({ function_id, data }) => function_id === 'stream::on-changed' && JSON.stringify(data) === '{"n":2}',
      ),
    'the call of the source',
  );
  const call = engine.received.find(
    ({ function_id, observe_depth }) => function_id === 'stream::on-changed' && observe_depth !== undefined,
  );
  assert.deepEqual([call?.observe_depth, call?.action], [3, { type: 'void' }]);
  await using old = await FakeEngine.start();
  await using plain = startAttached(old.url);
  await plain.ready;
  assert.equal(plain.workers.isObserved(), false);
});

test('metadata of a relayed trigger stays with it, and a null result arrives as none', async () => {
  await using engine = await FakeEngine.start({ like: '0.23' });
  await using attached = startAttached(engine.url);
  await attached.ready;
  await using user = await workerOf(engine, 'user', registered('f'), { ...trigger, metadata: { m: 1 } });
  await until(() => attached.service.triggers.has('t'), 'the trigger is relayed');
  assert.deepEqual(attached.service.triggers.get('t')?.metadata, { m: 1 });
  assert.ok(attached.workers.notify('f', asJson('1'), undefined, asJson('{"m":1}')));
  assert.deepEqual((await user.frame({ function_id: 'f' })).metadata, { m: 1 });
  const result = new Promise((resolve) =>
    attached.workers.invoke('f', asJson('2'), {}, (...given) => resolve(given)),
  );
  const { invocation_id } = await user.frame({ function_id: 'f', data: 2 });
  user.send({ type: 'invocationresult', invocation_id, function_id: 'f', result: null });
  assert.deepEqual(await result, [undefined, undefined]);
});

test('of several of us each knows every trigger, though the engine relays it to one', async () => {
  await using engine = await FakeEngine.start();
  await using older = startAttached(engine.url, {}, { identity: { name: 'a' }, isOneOfSeveral: true });
  await older.ready;
  await using newer = startAttached(engine.url, {}, { identity: { name: 'b' }, isOneOfSeveral: true });
  await newer.ready;
  const guard = { ...trigger, id: 'guard', trigger_type: 'stream:join' };
  const user = await workerOf(engine, 'user', registered('f'), trigger, guard);
  await until(() => older.service.triggers.size === 2, 'the older one learns of it');
  await until(() => newer.service.triggers.size === 2, 'the newer one is told');
  assert.deepEqual(older.service.triggers.get('guard'), newer.service.triggers.get('guard'));
  user.send({ ...guard, function_id: 'g' });
  await user.settled();
  engine.tick();
  await until(() => older.service.triggers.get('guard')?.functionId === 'g', 'it follows changes');
  assert.equal(
    older.service.log.filter((line) => line === 'start t').length,
    1,
    'and nothing else is begun anew',
  );
  await user[Symbol.asyncDispose]();
  await until(() => older.service.triggers.size === 0, 'and ends');
});
