import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InitOptions, type ISdk, registerWorker, TriggerAction } from 'iii-sdk';
import { asJson } from '../../domain/json-text.js';
import { startEmbedded } from '../testing/start.js';
import type { EmbeddedWorkers } from './embedded-workers.js';

const QUIET: InitOptions = { otel: { enabled: false }, enableMetricsReporting: false };

interface Connected extends AsyncDisposable {
  readonly sdk: ISdk;
}

function connect(url: string, options: InitOptions = QUIET): Connected {
  const sdk = registerWorker(url, options);
  return { sdk, [Symbol.asyncDispose]: () => sdk.shutdown() };
}

/** Everything that the worker has sent so far has taken effect. */
const settled = (sdk: ISdk): Promise<unknown> =>
  sdk.trigger({ function_id: 'engine::workers::list', payload: {} });

const invoke = (workers: EmbeddedWorkers, id: string, payload: string) =>
  new Promise<{ code?: string; result?: string | undefined }>((resolve) => {
    workers.invoke(id, asJson(payload), {}, (failure, result) => resolve(failure ?? { result }));
  });

test('the SDK calls us, with what it queued before it was connected', async () => {
  await using engine = await startEmbedded();
  await using worker = connect(engine.url);
  const { sdk } = worker;
  const set = { function_id: 'stream::set', payload: { item_id: 'a', data: { online: true } } };
  sdk.trigger({ ...set, action: TriggerAction.Void() });
  assert.deepEqual(await sdk.trigger({ function_id: 'stream::get', payload: { item_id: 'a' } }), {
    online: true,
  });
  assert.equal(await sdk.trigger({ function_id: 'stream::get', payload: { item_id: 'b' } }), undefined);
  await assert.rejects(sdk.trigger({ function_id: 'nope', payload: {} }), {
    code: 'function_not_found',
    message: 'function_not_found: Function nope not found',
  });
  const enqueued = sdk.trigger({ ...set, action: TriggerAction.Enqueue({ queue: 'jobs' }) });
  await assert.rejects(enqueued, { code: 'enqueue_error' });
});

test('we call functions of the SDK, and its custom streams show', async () => {
  await using engine = await startEmbedded();
  await using worker = connect(engine.url);
  const { sdk } = worker;
  const heard: unknown[] = [];
  sdk.registerFunction('echo', async (input) => input);
  sdk.registerFunction('nothing', async () => undefined);
  sdk.registerFunction('fails', async () => {
    throw new Error('on purpose');
  });
  sdk.registerFunction('hears', async (input) => {
    heard.push(input);
  });
  const impl = {
    get: async () => null,
    set: async () => ({ old_value: null, new_value: {} }),
    delete: async () => ({}),
    list: async () => [],
    listGroups: async () => ['g'],
  };
  sdk.createStream('mine', impl as never);
  await settled(sdk);
  assert.deepEqual(await invoke(engine.workers, 'echo', '{"n":1}'), { result: '{"n":1}' });
  assert.deepEqual(await invoke(engine.workers, 'nothing', '{}'), { result: undefined });
  assert.equal((await invoke(engine.workers, 'fails', '{}')).code, 'invocation_failed');
  assert.equal((await invoke(engine.workers, 'absent', '{}')).code, 'function_not_found');
  assert.equal(engine.workers.notify('hears', asJson('[1]'), undefined), true);
  await invoke(engine.workers, 'echo', '1');
  assert.deepEqual(heard, [[1]]);
  assert.ok(engine.workers.has('stream::set(mine)') && !engine.workers.has('stream::set(yours)'));
  assert.deepEqual(await invoke(engine.workers, 'stream::list_groups(mine)', '{}'), { result: '["g"]' });
});

test('two SDK workers: calls, triggers of a custom type, and one that vanishes in the middle', async () => {
  await using engine = await startEmbedded();
  const provider = connect(engine.url);
  await using user = connect(engine.url);
  const started: unknown[] = [];
  provider.sdk.registerTriggerType(
    { id: 'webhook', description: 'calls over HTTP' },
    {
      registerTrigger: async (trigger) => {
        started.push(trigger);
        await provider.sdk.trigger({ function_id: trigger.function_id, payload: { fired: true } });
      },
      unregisterTrigger: async () => {},
    },
  );
  let entered = (): void => {};
  const called = new Promise<void>((resolve) => {
    entered = resolve;
  });
  provider.sdk.registerFunction('hangs', () => {
    entered();
    return new Promise(() => {});
  });
  provider.sdk.registerFunction(
    'who',
    async (input: { _caller_worker_id?: string }) => input._caller_worker_id,
  );
  await settled(provider.sdk);
  const fired = new Promise((resolve) =>
    user.sdk.registerFunction('onHook', async (input) => resolve(input)),
  );
  user.sdk.registerTrigger({ type: 'webhook', function_id: 'onHook', config: { path: '/x' } });
  assert.equal(((await fired) as { fired: boolean }).fired, true);
  assert.equal((started[0] as { function_id: string }).function_id, 'onHook');
  assert.match(await user.sdk.trigger({ function_id: 'who', payload: {} }), /^[0-9a-f-]{36}$/);
  const hanging = user.sdk.trigger({ function_id: 'hangs', payload: {} });
  await called;
  const stopped = assert.rejects(hanging, { code: 'invocation_stopped' });
  await provider.sdk.shutdown();
  await stopped;
});

test('an SDK that was cut off registers again by itself', async () => {
  const first = await startEmbedded();
  const port = Number(new URL(first.url).port);
  await using worker = connect(first.url, {
    ...QUIET,
    reconnectionConfig: { initialDelayMs: 20, maxDelayMs: 40 },
  });
  worker.sdk.registerFunction('f', async () => 'here');
  worker.sdk.registerTrigger({ type: 'stream', function_id: 'f', config: { stream_name: 's' } });
  await settled(worker.sdk);
  const [id] = first.service.triggers.keys();
  await first.workers.close();
  await using second = await startEmbedded({ port });
  await settled(worker.sdk);
  assert.deepEqual(await invoke(second.workers, 'f', '{}'), { result: '"here"' });
  assert.deepEqual([...second.service.triggers.keys()], [id]);
});

test('telemetry as the SDK sends it by default does no harm', async () => {
  await using engine = await startEmbedded();
  await using worker = connect(engine.url, {});
  worker.sdk.registerFunction('traced', async (input) => input);
  const payload = { item_id: 'a', data: 1 };
  await worker.sdk.trigger({ function_id: 'stream::set', payload });
  assert.deepEqual(await invoke(engine.workers, 'traced', '7'), { result: '7' });
  await worker.sdk.shutdown();
  assert.deepEqual(
    engine.logger.lines.filter(({ level }) => level === 'warn' || level === 'error'),
    [],
  );
});
