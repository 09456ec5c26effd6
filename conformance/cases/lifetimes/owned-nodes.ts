import assert from 'node:assert/strict';
import { TRIGGER_TYPE } from '../../../generated/constants.js';
import type { Setting } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';
import type { Target } from '../../runner/target.js';
import { bind } from '../triggers/setup.js';
import { enter, LEASE, owned, settled, TIMES, told } from './owned-setup.js';

const NODES: Setting = { adapters: ['redis'], needs: ['nodes', 'crash'], timeoutMs: 40_000 };
const ann = { key: 'ann', data: { name: 'Ann' } };

/** A node that other cases use too, and one that this case may end. */
async function two(t: Context): Promise<readonly [lasting: Target, doomed: Target]> {
  const lasting = t.target;
  const doomed = await t.launch({ ...t.config, ...TIMES, instance: 3 });
  for (const target of [doomed, lasting]) {
    t.use(target);
    await bind(t, TRIGGER_TYPE.join, { stream_name: t.at.stream_name }, () => ({ presence: true }));
  }
  return [lasting, doomed];
}

export const ownedNodeCases = [
  owned(
    'the-items-of-a-killed-node-go',
    async (t) => {
      const [lasting, doomed] = await two(t);
      const watcher = await enter(t, { key: 'watcher', data: 0 }, lasting);
      for (let n = 0; n < 20; n += 1) await enter(t, { key: `i${n}`, data: n }, doomed);
      await doomed.kill();
      const ended = new Set<string>();
      while (ended.size < 20) {
        const { id, event } = await watcher.client.nextStream('the end of all its items');
        if (event.type !== 'delete') continue;
        assert.equal(event.reason, 'owner_left');
        assert.equal(ended.has(id!), false, `${id} ended twice`);
        ended.add(id!);
      }
      assert.deepEqual(await t.list(), [0]);
    },
    NODES,
  ),
  owned(
    'who-returns-to-another-node-is-no-event',
    async (t) => {
      const [lasting, doomed] = await two(t);
      const watcher = await enter(t, { key: 'watcher', data: 0 }, lasting);
      await enter(t, ann, doomed);
      await enter(t, { key: 'ghost', data: 1 }, doomed);
      await doomed.kill();
      await enter(t, ann, lasting);
      assert.deepEqual(await told(watcher.client, 'ghost'), ['create ann', 'create ghost']);
      assert.deepEqual(await t.get('ann'), ann.data);
    },
    NODES,
  ),
  owned(
    'a-node-that-was-paused-gives-its-clients-their-items-back',
    async (t) => {
      const [lasting, doomed] = await two(t);
      if (doomed.pause === undefined) return t.requires('nodes');
      const watcher = await enter(t, { key: 'watcher', data: 0 }, lasting);
      await enter(t, ann, doomed);
      await enter(t, { data: 'of the connection' }, doomed);
      doomed.pause(true);
      const events = await told(watcher.client, 'ann');
      doomed.pause(false);
      assert.equal(events.filter((one) => one.startsWith('create')).length, 2);
      const back = await watcher.client.until('its items', (message) => {
        return message.type === 'stream' && message.event.type === 'create' && message.id === 'ann';
      });
      assert.ok(back);
      const deadline = performance.now() + 2 * LEASE;
      while (((await t.list()) as unknown[]).length < 3 && performance.now() < deadline);
      assert.equal(((await t.list()) as unknown[]).length, 3);
    },
    NODES,
  ),
  owned(
    'of-two-clients-with-one-key-on-two-nodes-one-is-enough',
    async (t) => {
      const [lasting, doomed] = await two(t);
      const watcher = await enter(t, { key: 'watcher', data: 0 }, lasting);
      const one = await enter(t, ann, lasting);
      const two_ = await enter(t, ann, doomed);
      two_.client.terminate();
      await settled(t, watcher.client, doomed);
      // The node that has the other one writes it anew, where it went.
      const deadline = performance.now() + 2 * LEASE;
      while ((await t.get('ann')) === undefined && performance.now() < deadline);
      assert.deepEqual(await t.get('ann'), ann.data);
      one.client.terminate();
      await told(watcher.client, 'ann');
    },
    NODES,
  ),
];
