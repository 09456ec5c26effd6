import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from '../../domain/json-text.js';
import { recordingLogger } from '../testing/logger.js';
import { RawWorker } from '../testing/raw-worker.js';
import { FakeService } from '../testing/service.js';
import { type Attached, startAttached, startEmbedded } from '../testing/start.js';
import { until } from '../testing/until.js';
import { RelayedTriggers } from './relayed-triggers.js';

const trigger = (id: string, function_id = 'f', trigger_type = 'stream') => ({
  type: 'registertrigger',
  id,
  trigger_type,
  function_id,
  config: { stream_name: 's' },
});

const outcome = ({ workers }: Attached, id: string) =>
  new Promise<string | undefined>((resolve) =>
    workers.invoke(id, asJson('{}'), {}, (failure) => resolve(failure?.code)),
  );

test('an engine that restarts: calls fail clearly, everything is registered again, no trigger is left over or doubled', async () => {
  const first = await startEmbedded({ serves: false });
  const port = Number(new URL(first.url).port);
  await using attached = startAttached(first.url, {}, { customStreamKeptMs: 0 });
  await attached.ready;
  const worker = await RawWorker.connect(first.url);
  worker.send({ type: 'registerfunction', id: 'f' }, { type: 'registerfunction', id: 'stream::get(mine)' });
  worker.send(trigger('kept'), trigger('gone'), trigger('moved'), trigger('guard', 'f', 'stream:join'));
  await until(() => attached.service.triggers.size === 4, 'triggers relayed');
  await until(() => attached.workers.has('stream::get(mine)'), 'the custom stream is known');
  const states: string[] = [];
  attached.workers.onState((state) => states.push(state));

  const pending = outcome(attached, 'f');
  await worker.frame({ type: 'invokefunction', function_id: 'f' });
  worker.ws.terminate();
  assert.equal(await pending, 'invocation_stopped');
  await until(() => attached.service.triggers.size === 0, 'triggers go with their worker');
  const again = await RawWorker.connect(first.url);
  again.send({ type: 'registerfunction', id: 'f' }, { type: 'registerfunction', id: 'stream::get(mine)' });
  again.send(trigger('kept'), trigger('gone'), trigger('moved'), trigger('guard', 'f', 'stream:join'));
  await until(
    () => attached.service.triggers.size === 4 && attached.workers.has('stream::get(mine)'),
    'all is back',
  );

  await first.workers.close();
  await until(() => states.includes('connecting'), 'the loss is noticed');
  assert.equal(await outcome(attached, 'f'), 'engine_unavailable');
  assert.ok(attached.workers.has('stream::get(mine)'), 'a custom stream stays one while the engine is away');
  assert.ok(attached.service.triggers.has('guard'), 'a join handler goes on guarding');
  attached.service.log.length = 0;

  await using second = await startEmbedded({ port, serves: false });
  await using restarted = await RawWorker.connect(second.url);
  restarted.send(
    { type: 'registerfunction', id: 'f' },
    trigger('kept'),
    trigger('moved', 'g'),
    trigger('new'),
  );
  await until(() => states.at(-1) === 'ready', 'ready again');
  await until(() => attached.service.triggers.size === 3, 'triggers are those of now');
  assert.deepEqual([...attached.service.triggers.keys()].sort(), ['kept', 'moved', 'new']);
  assert.equal(attached.service.triggers.get('moved')?.functionId, 'g');
  assert.deepEqual(attached.service.log.filter((line) => line.startsWith('end')).sort(), [
    'end gone',
    'end guard',
  ]);
  assert.ok(
    attached.service.log.indexOf('end gone') < attached.service.log.indexOf('start kept'),
    'first what ended',
  );
  assert.ok(!attached.workers.has('stream::get(mine)'));
  const invocation_id = '1';
  restarted.send({
    type: 'invokefunction',
    invocation_id,
    function_id: 'stream::get',
    data: { item_id: 'x' },
  });
  assert.equal((await restarted.frame({ type: 'invocationresult', invocation_id })).error, undefined);
});

test('an engine without a list: what it relays again stays, what it does not ends once it had its chance', async () => {
  const service = new FakeService();
  let failure = { code: 'function_not_found', message: 'no list' };
  const triggers = new RelayedTriggers(
    () => service,
    (_id, _payload, done) => done(failure, undefined),
    recordingLogger(),
  );
  for (const id of ['kept', 'gone']) triggers.register(trigger(id) as never);
  triggers.disconnected();
  await triggers.reconcile(false);
  assert.equal(service.triggers.size, 2);
  triggers.register(trigger('kept') as never);
  failure = { code: 'invocation_stopped', message: 'disconnected again' };
  await triggers.reconcile(true);
  assert.equal(service.triggers.size, 2);
  failure = { code: 'invocation_timeout', message: 'no answer' };
  await triggers.reconcile(true);
  assert.deepEqual([...service.triggers.keys()], ['kept']);
});

test('a newer instance of us takes over, and the older one’s end does not harm it', async () => {
  await using engine = await startEmbedded({ serves: false });
  await using user = await RawWorker.connect(engine.url);
  user.send(trigger('t'));
  const older = startAttached(engine.url);
  await older.ready;
  await using newer = startAttached(engine.url);
  await newer.ready;
  await until(() => older.service.triggers.size === 0, 'the older one has no trigger any more');
  await older.workers.close();
  await user.settled();
  assert.ok(newer.service.triggers.has('t') && engine.workers.has('stream::get'));
});

test('every call through the engine ends, while workers come and go', async () => {
  await using engine = await startEmbedded({ serves: false, limits: { max_pending_invocations: 10_000 } });
  await using attached = startAttached(engine.url, { max_pending_invocations: 10_000 });
  await attached.ready;
  const outcomes = new Map<string, number>();
  let rounds = 0;
  const churn = (async () => {
    while (rounds < 30) {
      rounds += 1;
      const worker = await RawWorker.connect(engine.url);
      worker.ws.on('message', (data) => {
        const { type, invocation_id, function_id } = JSON.parse(String(data));
        if (type !== 'invokefunction' || invocation_id.charCodeAt(0) % 4 === 0) return;
        worker.send({ type: 'invocationresult', invocation_id, function_id, result: 1 });
      });
      worker.send({ type: 'registerfunction', id: 'f' });
      await worker.settled();
      await outcome(attached, 'no such function');
      worker.ws.terminate();
    }
  })();
  const calls: Promise<unknown>[] = [];
  while (rounds < 30) {
    for (let count = 0; count < 50; count += 1) {
      calls.push(
        outcome(attached, 'f').then((code = 'ok') => outcomes.set(code, (outcomes.get(code) ?? 0) + 1)),
      );
    }
    await outcome(attached, 'no such function');
  }
  await Promise.all([churn, ...calls]);
  assert.equal(
    [...outcomes.values()].reduce((sum, count) => sum + count, 0),
    calls.length,
  );
  assert.deepEqual([...outcomes.keys()].sort(), ['function_not_found', 'invocation_stopped', 'ok']);
});
