import assert from 'node:assert/strict';
import { ENGINE_FUNCTION, INVOCATION_ERROR, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { RegisterTriggerMessage, UnregisterTriggerMessage } from '../../../generated/worker.js';
import { area } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';
import type { WorkerClient } from '../../wire/worker-client.js';

const { documented } = area('worker-protocol');

async function offering(t: Context, id: string, answer: unknown): Promise<WorkerClient> {
  const worker = await t.worker();
  worker.on(id, () => answer);
  await worker.settle();
  return worker;
}

/** Waits until calls of a function are answered as expected: a close is noticed when it is noticed. */
async function until(t: Context, id: string, expected: unknown): Promise<void> {
  for (;;) {
    const { message } = await (await t.main()).reply(id, {});
    if ((message.error?.code ?? message.result) === expected) return;
  }
}

async function nextOf<T extends string>(worker: WorkerClient, type: T): Promise<{ type: T }> {
  for (;;) {
    const message = await worker.others.next(`a ${type} message`);
    if (message.type === type) return message as { type: T };
  }
}

export const registrationCases = [
  documented('a-newer-registration-takes-a-function-over', async (t) => {
    const id = t.name('f');
    await offering(t, id, 'old');
    await offering(t, id, 'new');
    await until(t, id, 'new');
  }),
  documented('the-end-of-an-older-worker-leaves-the-newer-ones-function', async (t) => {
    const id = t.name('f');
    const old = await offering(t, id, 'old');
    await offering(t, id, 'new');
    await until(t, id, 'new');
    await old.close();
    // Whatever the engine does about the close is done by the time that it answers the next connection.
    await (await t.worker()).id();
    assert.equal(await t.call(id, {}), 'new');
  }),
  documented('functions-go-with-their-worker', async (t) => {
    const id = t.name('f');
    const worker = await offering(t, id, 1);
    await worker.close();
    await until(t, id, INVOCATION_ERROR.functionNotFound);
  }),
  documented('functions-go-with-a-worker-that-breaks', async (t) => {
    const id = t.name('f');
    const worker = await offering(t, id, 1);
    worker.terminate();
    await until(t, id, INVOCATION_ERROR.functionNotFound);
  }),
  documented('a-call-stops-when-its-worker-goes', async (t) => {
    const id = t.name('f');
    const worker = await t.worker();
    worker.on(id, () => {
      worker.terminate();
      return new Promise(() => {});
    });
    await worker.settle();
    assert.equal((await t.error(id, {})).code, INVOCATION_ERROR.invocationStopped);
  }),
  documented('a-function-may-be-taken-back', async (t) => {
    const id = t.name('f');
    const worker = await offering(t, id, 1);
    worker.send({ type: WORKER_MESSAGE.unregisterFunction, id });
    await until(t, id, INVOCATION_ERROR.functionNotFound);
  }),
  documented('a-trigger-is-relayed-to-the-owner-of-its-type', async (t) => {
    const type = t.name('type');
    const owner = await t.worker();
    owner.send({ type: WORKER_MESSAGE.registerTriggerType, id: type, description: 'a type' });
    await owner.call(ENGINE_FUNCTION.listTriggerTypes, {});
    const user = await t.worker();
    const id = user.trigger(type, 'f', { every: 5 });
    const relayed = (await nextOf(owner, WORKER_MESSAGE.registerTrigger)) as RegisterTriggerMessage;
    assert.deepEqual(
      [relayed.id, relayed.trigger_type, relayed.function_id, relayed.config],
      [id, type, 'f', { every: 5 }],
    );
  }),
  documented('a-trigger-waits-for-its-type', async (t) => {
    const type = t.name('type');
    const user = await t.worker();
    const id = user.trigger(type, 'f', { n: 1 });
    await user.id();
    const owner = await t.worker();
    owner.send({ type: WORKER_MESSAGE.registerTriggerType, id: type, description: 'a type' });
    const relayed = (await nextOf(owner, WORKER_MESSAGE.registerTrigger)) as RegisterTriggerMessage;
    assert.deepEqual([relayed.id, relayed.config], [id, { n: 1 }]);
  }),
  documented('the-end-of-a-trigger-is-relayed-too', async (t) => {
    const type = t.name('type');
    const owner = await t.worker();
    owner.send({ type: WORKER_MESSAGE.registerTriggerType, id: type, description: 'a type' });
    const user = await t.worker();
    const id = user.trigger(type, 'f', {});
    await nextOf(owner, WORKER_MESSAGE.registerTrigger);
    user.send({ type: WORKER_MESSAGE.unregisterTrigger, id, trigger_type: type });
    const relayed = (await nextOf(owner, WORKER_MESSAGE.unregisterTrigger)) as UnregisterTriggerMessage;
    assert.equal(relayed.id, id);
  }),
  documented('the-owner-of-a-type-hears-of-triggers-that-go-with-their-worker', async (t) => {
    const type = t.name('type');
    const owner = await t.worker();
    owner.send({ type: WORKER_MESSAGE.registerTriggerType, id: type, description: 'a type' });
    const user = await t.worker();
    const id = user.trigger(type, 'f', {});
    await nextOf(owner, WORKER_MESSAGE.registerTrigger);
    await user.close();
    const relayed = (await nextOf(owner, WORKER_MESSAGE.unregisterTrigger)) as UnregisterTriggerMessage;
    assert.equal(relayed.id, id);
  }),
];
