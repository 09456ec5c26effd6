import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type ISdk, registerWorker, TriggerAction } from 'iii-sdk';
import { FUNCTION, TRIGGER_TYPE } from '../../../generated/constants.js';
import { SocketClient, type SocketMessage } from './socket-client.js';

/** Where a suite's workers and clients connect. */
export interface Place extends AsyncDisposable {
  readonly engineUrl: string;
  readonly streamUrl: string;
}

const isEvent = (type: string) => (message: SocketMessage) => message.event?.type === type;

/** A call that takes the way of the registrations before it, behind them: when it is answered, they are in place. */
const settled = (iii: ISdk): Promise<unknown> => iii.trigger({ function_id: FUNCTION.listAll, payload: {} });

/** Collects what a function is called with. */
class Calls {
  readonly payloads: Record<string, unknown>[] = [];
  #wake: () => void = () => {};

  readonly take = (payload: Record<string, unknown>): object => {
    this.payloads.push(payload);
    this.#wake();
    return {};
  };

  async count(n: number): Promise<Record<string, unknown>[]> {
    while (this.payloads.length < n) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.payloads;
  }
}

/** What workers and clients do all day, with the real SDK: the same in every mode that the server can run in. */
export function endToEndSuite(name: string, open: () => Promise<Place>): void {
  const scenario = (title: string, run: (place: Place, iii: ISdk, stream: string) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using place = await open();
      const iii = registerWorker(place.engineUrl, { otel: { enabled: false } });
      try {
        await run(place, iii, `s-${randomUUID()}`);
      } finally {
        await iii.shutdown();
      }
    });
  };

  scenario('functions, and a path subscription that sees each change', async (place, iii, stream_name) => {
    await using client = await SocketClient.open(`${place.streamUrl}/stream/${stream_name}/g/`);
    const at = { stream_name, group_id: 'g', item_id: 'i' };
    const call = (function_id: string, payload: unknown) =>
      iii.trigger<unknown, unknown>({ function_id, payload });
    iii.trigger({
      function_id: FUNCTION.set,
      payload: { ...at, data: { n: 1 } },
      action: TriggerAction.Void(),
    });
    assert.deepEqual(await call(FUNCTION.get, at), { n: 1 });
    const ops = [{ type: 'increment', path: 'n', by: 41 }];
    assert.deepEqual(await call(FUNCTION.update, { ...at, ops }), {
      old_value: { n: 1 },
      new_value: { n: 42 },
    });
    assert.deepEqual(await call(FUNCTION.list, at), [{ n: 42 }]);
    assert.deepEqual(await call(FUNCTION.delete, at), { old_value: { n: 42 } });
    await call(FUNCTION.send, { stream_name, group_id: 'g', type: 'end', data: 1 });
    await client.find(isEvent('event'));
    assert.deepEqual(
      client.messages.map(({ event }) => [event.type, event.data]),
      [
        ['sync', []],
        ['create', { n: 1 }],
        ['update', { n: 42 }],
        ['delete', { n: 42 }],
        ['event', undefined],
      ],
    );
    await assert.rejects(call(FUNCTION.set, { ...at, item_id: '', data: 1 }), /item_id: must not be empty/);
  });

  scenario('triggers with filters and conditions, in order', async (_, iii, stream_name) => {
    const [all, odd] = [new Calls(), new Calls()];
    const ids = { all: randomUUID(), odd: randomUUID(), isOdd: randomUUID() };
    iii.registerFunction(ids.all, async (payload) => all.take(payload));
    iii.registerFunction(ids.odd, async (payload) => odd.take(payload));
    iii.registerFunction(ids.isOdd, async (payload) => payload.event.data % 2 === 1);
    iii.registerTrigger({ type: TRIGGER_TYPE.stream, function_id: ids.all, config: { stream_name } });
    const config = { stream_name, condition_function_id: ids.isOdd };
    iii.registerTrigger({ type: TRIGGER_TYPE.stream, function_id: ids.odd, config });
    await settled(iii);
    for (let data = 1; data <= 9; data++) {
      await iii.trigger({
        function_id: FUNCTION.set,
        payload: { stream_name, group_id: 'g', item_id: 'i', data },
      });
    }
    const data = (payloads: Record<string, unknown>[]) =>
      payloads.map((payload) => (payload.event as { data: number }).data);
    assert.deepEqual(data(await all.count(9)), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(data(await odd.count(5)), [1, 3, 5, 7, 9]);
  });

  scenario('join handlers refuse, leave handlers hear', async (place, iii, stream_name) => {
    const left = new Calls();
    const ids = { join: randomUUID(), leave: randomUUID() };
    iii.registerFunction(ids.join, async ({ group_id }) => ({ unauthorized: group_id === 'secret' }));
    iii.registerFunction(ids.leave, async (payload) => left.take(payload));
    iii.registerTrigger({ type: TRIGGER_TYPE.join, function_id: ids.join, config: { stream_name } });
    iii.registerTrigger({ type: TRIGGER_TYPE.leave, function_id: ids.leave, config: { stream_name } });
    await settled(iii);
    await iii.trigger({
      function_id: FUNCTION.set,
      payload: { stream_name, group_id: 'secret', item_id: 'i', data: 1 },
    });
    await using client = await SocketClient.open(place.streamUrl);
    const join = (groupId: string) =>
      client.send({ type: 'join', data: { subscriptionId: groupId, streamName: stream_name, groupId } });
    join('secret');
    await client.find(isEvent('unauthorized'));
    join('open');
    await client.find(isEvent('sync'));
    assert.ok(
      client.messages.every(
        (message) => message.groupId !== 'secret' || message.event.type === 'unauthorized',
      ),
    );
    client.socket.close();
    const [payload] = await left.count(1);
    assert.equal(payload?.group_id, 'open');
  });

  scenario('a custom stream of another worker', async (place, iii, stream_name) => {
    const owner = registerWorker(place.engineUrl, { otel: { enabled: false } });
    const kept = new Map<string, unknown>();
    try {
      owner.createStream(stream_name, {
        get: async ({ item_id }) => kept.get(item_id) as never,
        set: async ({ item_id, data }) => {
          const old_value = kept.get(item_id);
          kept.set(item_id, data);
          return { old_value, new_value: { ...(data as object), by: 'owner' } } as never;
        },
        delete: async ({ item_id }) => ({ old_value: kept.get(item_id) }) as never,
        list: async () => [...kept.values()] as never,
        listGroups: async () => ['own'],
        update: async () => null as never,
      });
      const payload = { stream_name, group_id: 'g', item_id: 'i', data: { n: 1 } };
      // The owner's functions are known to the server a moment after they are registered.
      for (;;) {
        const { new_value } = (await iii.trigger({ function_id: FUNCTION.set, payload })) as {
          new_value: object;
        };
        if ('by' in new_value) break;
      }
      await using client = await SocketClient.open(`${place.streamUrl}/stream/${stream_name}/g`);
      assert.deepEqual((await client.find(isEvent('sync'))).event.data, [{ n: 1 }]);
      await iii.trigger({ function_id: FUNCTION.set, payload: { ...payload, data: { n: 2 } } });
      assert.deepEqual((await client.find(isEvent('update'))).event.data, { n: 2, by: 'owner' });
      assert.deepEqual(await iii.trigger({ function_id: FUNCTION.listGroups, payload: { stream_name } }), [
        'own',
      ]);
    } finally {
      await owner.shutdown();
    }
  });
}
