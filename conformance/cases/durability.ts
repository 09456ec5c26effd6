import assert from 'node:assert/strict';
import { CLOSE_CODE, FUNCTION, STREAM_EVENT } from '../../generated/constants.js';
import { define, type Setting } from '../runner/case.js';
import type { Context } from '../runner/context.js';
import type { Target, TargetConfig } from '../runner/target.js';

const SETTING: Setting = {
  own: true,
  adapters: ['file_based', 'redis'],
  needs: ['restart'],
  timeoutMs: 30_000,
};
const CRASH: Setting = { needs: ['crash'] };
const durable = define('durability', 'durability', SETTING);

/** A target of the case's own, and how it comes back after an end. */
async function started(
  t: Context,
): Promise<{ restart: () => Promise<void>; crash: () => Promise<void>; target: () => Target }> {
  const config: TargetConfig = await t.ownConfig();
  let target = await t.launch(config);
  const again = async (): Promise<void> => {
    target = await t.launch(config);
  };
  return {
    target: () => target,
    restart: async () => {
      await target.stop();
      await again();
    },
    crash: async () => {
      await target.kill();
      await again();
    },
  };
}

export const durabilityCases = [
  durable('items-survive-a-restart', async (t) => {
    const { restart } = await started(t);
    const value = { text: 'é\u0000', list: [], map: {}, n: 9007199254740991 };
    await t.set('a', value);
    await restart();
    assert.deepEqual(await t.get('a'), value);
  }),
  durable('the-order-of-a-group-survives-a-restart', async (t) => {
    const { restart } = await started(t);
    for (const item of ['z', 'a', 'm']) await t.set(item, item);
    await t.set('z', 'again');
    await restart();
    assert.deepEqual(await t.list(), ['again', 'a', 'm']);
    await t.set('b', 'b');
    assert.deepEqual(await t.list(), ['again', 'a', 'm', 'b']);
  }),
  durable('listings-survive-a-restart', async (t) => {
    const { restart } = await started(t);
    const { stream_name } = t.at;
    for (const group_id of ['g1', 'g2', 'g3']) await t.set('a', 1, { stream_name, group_id });
    await t.delete('a', { stream_name, group_id: 'g2' });
    await restart();
    assert.deepEqual((await t.listGroups()).sort(), ['g1', 'g3']);
    assert.deepEqual((await t.listAll()).stream.find(({ id }) => id === stream_name)?.groups, ['g1', 'g3']);
  }),
  durable('deleted-items-stay-deleted-over-a-restart', async (t) => {
    const { restart } = await started(t);
    await t.set('a', 1);
    await t.set('b', 2);
    await t.delete('a');
    await restart();
    assert.deepEqual(await t.list(), [2]);
  }),
  durable('timestamps-go-on-over-a-restart', async (t) => {
    const { restart } = await started(t);
    const { client } = await t.follow();
    const worker = await t.main();
    // So many in so little time that a strictly increasing timestamp runs ahead of the clock.
    await Promise.all(
      Array.from({ length: 3000 }, (_, i) => worker.call(FUNCTION.set, { ...t.at, item_id: 'a', data: i })),
    );
    const last = (await client.takeStream(3000)).at(-1)?.timestamp ?? 0;
    await restart();
    const { client: next, sync } = await t.follow();
    assert(sync.timestamp >= last, 'clients that saw the last change would drop the sync');
    await t.set('a', 'next');
    assert(
      (await next.nextStream()).timestamp > last,
      'clients that saw the last change would drop this one',
    );
  }),
  durable('a-restart-says-goodbye-to-clients', async (t) => {
    const { target } = await started(t);
    const { client } = await t.follow();
    await Promise.all([target().stop(), client.closed]);
    assert.equal((await client.closed).code, CLOSE_CODE.goingAway);
  }),
  durable(
    'acknowledged-sets-survive-a-crash',
    async (t) => {
      const { crash } = await started(t);
      for (let i = 0; i < 50; i++) await t.set(`item-${i}`, i);
      await crash();
      assert.deepEqual(
        await t.list(),
        Array.from({ length: 50 }, (_, i) => i),
      );
    },
    CRASH,
  ),
  durable(
    'acknowledged-updates-survive-a-crash',
    async (t) => {
      const { crash } = await started(t);
      for (let i = 0; i < 20; i++) await t.update('a', [{ type: 'increment', path: 'n', by: 1 }]);
      await crash();
      assert.deepEqual(await t.get('a'), { n: 20 });
    },
    CRASH,
  ),
  durable(
    'acknowledged-deletes-survive-a-crash',
    async (t) => {
      const { crash } = await started(t);
      await t.set('a', 1);
      await t.set('b', 2);
      await t.delete('a');
      await crash();
      assert.deepEqual(await t.list(), [2]);
      assert.equal(await t.get('a'), undefined);
    },
    CRASH,
  ),
  durable(
    'a-crash-amid-writes-loses-nothing-acknowledged',
    async (t) => {
      const { crash } = await started(t);
      const acknowledged = new Map<string, number>();
      for (let round = 0; round < 3; round++) {
        const workers = await Promise.all(Array.from({ length: 4 }, () => t.worker()));
        let enough = (): void => {};
        const many = new Promise<void>((resolve) => {
          enough = resolve;
        });
        const target = acknowledged.size + 200;
        const writing = workers.map(async (worker, w) => {
          for (let i = 0; ; i++) {
            const item = `round-${round}-worker-${w}-${i}`;
            await worker.call(FUNCTION.set, { ...t.at, item_id: item, data: { item, i } });
            acknowledged.set(item, i);
            if (acknowledged.size >= target) enough();
          }
        });
        const ended = Promise.allSettled(writing);
        await Promise.race([many, ended]);
        await crash();
        await ended;
        const stored = new Map(
          ((await t.list()) as { item: string; i: number }[]).map(({ item, i }) => [item, i]),
        );
        for (const [item, i] of acknowledged) assert.equal(stored.get(item), i, `${item} was acknowledged`);
      }
    },
    CRASH,
  ),
  durable(
    'a-sync-after-a-crash-holds-what-was-acknowledged',
    async (t) => {
      const { crash } = await started(t);
      await t.set('a', 1);
      await crash();
      const { sync } = await t.follow();
      assert.deepEqual(sync.event, { type: STREAM_EVENT.sync, data: [1] });
    },
    CRASH,
  ),
  durable(
    'seq-and-epoch-go-on-over-a-crash',
    async (t) => {
      const { crash } = await started(t);
      for (let i = 0; i < 10; i++) await t.set('a', i);
      const before = (await t.follow()).sync;
      assert.equal(before.seq, 10);
      await crash();
      const { client, sync } = await t.follow();
      assert.deepEqual([sync.seq, sync.epoch], [10, before.epoch]);
      await t.set('a', 'next');
      assert.equal((await client.nextStream()).seq, 11);
    },
    CRASH,
  ),
];
