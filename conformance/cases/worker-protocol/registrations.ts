import assert from 'node:assert/strict';
import { INVOCATION_ERROR, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { RegisterTriggerMessage } from '../../../generated/worker.js';
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
  const trying = async (): Promise<void> => {
    for (;;) {
      const { message } = await (await t.main()).reply(id, {});
      if ((message.error?.code ?? message.result) === expected) return;
    }
  };
  await t.waits.for(`the answer ${JSON.stringify(expected)}`, trying());
}

/** The next message of a type that is about a trigger type. */
async function relayed<T extends string>(
  worker: WorkerClient,
  type: T,
  triggerType: string,
): Promise<RegisterTriggerMessage> {
  for (;;) {
    const message = await worker.others.next(`a ${type} message`);
    // Whoever relays the triggers of every type to every owner gives each its own, too.
    if (message.type !== type) continue;
    const trigger = message as unknown as RegisterTriggerMessage;
    if ((trigger.trigger_type ?? triggerType) === triggerType) return trigger;
  }
}

/** Owns a trigger type that is in force. */
async function owning(t: Context, id: string): Promise<WorkerClient> {
  const owner = await t.worker();
  owner.send({ type: WORKER_MESSAGE.registerTriggerType, id, description: 'a type' });
  owner.announce();
  await owner.roundTrip();
  return owner;
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
    const owner = await owning(t, type);
    const user = await t.worker();
    const id = user.trigger(type, 'f', { every: 5 });
    const got = await relayed(owner, WORKER_MESSAGE.registerTrigger, type);
    assert.deepEqual([got.id, got.trigger_type, got.function_id, got.config], [id, type, 'f', { every: 5 }]);
  }),
  documented('a-trigger-waits-for-its-type', async (t) => {
    const type = t.name('type');
    const user = await t.worker();
    const id = user.trigger(type, 'f', { n: 1 });
    await user.roundTrip();
    const got = await relayed(await owning(t, type), WORKER_MESSAGE.registerTrigger, type);
    assert.deepEqual([got.id, got.config], [id, { n: 1 }]);
  }),
  documented('the-end-of-a-trigger-is-relayed-too', async (t) => {
    const type = t.name('type');
    const owner = await owning(t, type);
    const user = await t.worker();
    const id = user.trigger(type, 'f', {});
    await relayed(owner, WORKER_MESSAGE.registerTrigger, type);
    user.untrigger(id);
    assert.equal((await relayed(owner, WORKER_MESSAGE.unregisterTrigger, type)).id, id);
  }),
  documented('the-owner-of-a-type-hears-of-triggers-that-go-with-their-worker', async (t) => {
    const type = t.name('type');
    const owner = await owning(t, type);
    const user = await t.worker();
    const id = user.trigger(type, 'f', {});
    await relayed(owner, WORKER_MESSAGE.registerTrigger, type);
    await user.close();
    assert.equal((await relayed(owner, WORKER_MESSAGE.unregisterTrigger, type)).id, id);
  }),
];
