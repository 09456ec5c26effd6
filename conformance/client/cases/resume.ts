import assert from 'node:assert/strict';
import { CLOSE_CODE } from '../../../generated/constants.js';
import type { ClientCase } from '../script.js';

const define = (claim: string, run: ClientCase['run'], item?: string): ClientCase => ({
  id: `resume/${claim}`,
  run,
  item,
});

export const resumeCases: readonly ClientCase[] = [
  define('it-comes-back-after-a-cut', async (t) => {
    await t.begin('a', 'b');
    t.server.cut();
    await t.joined(2);
    t.write('c');
    await t.shows();
  }),
  define('what-changed-meanwhile-is-shown', async (t) => {
    await t.begin('a', 'b', 'c');
    t.server.cut();
    t.change('b', '-a', 'd');
    await t.shows();
  }),
  define('it-asks-for-what-changed-after-its-last-message', async (t) => {
    await t.begin('a');
    t.write('b', 'a');
    await t.shows();
    t.server.cut();
    const join = await t.joined(2);
    assert.deepEqual(join.since, { epoch: 'first', seq: 3 });
  }),
  define('what-was-shown-stays-while-it-is-away', async (t) => {
    await t.begin('a', 'b');
    t.server.cut();
    t.change('c');
    await t.shows();
    const blanks = t.views
      .slice(t.views.findIndex(({ items }) => items?.length === 2))
      .filter(({ items }) => !items?.length);
    assert.deepEqual(blanks, []);
  }),
  define('half-of-what-changed-is-never-shown', async (t) => {
    await t.begin('a', 'b');
    t.server.cut();
    t.change('a', 'b', 'c', '-a');
    await t.shows();
    const states = t.views.map(({ items = [] }) => items.length);
    assert.deepEqual([...new Set(states.slice(states.indexOf(2)))], [2], `it showed ${states} items`);
  }),
  define('it-says-that-what-it-shows-is-stale', async (t) => {
    await t.begin('a');
    await t.server.down();
    await t.until('it says so', () => t.status === 'stale');
    await t.server.up();
    await t.until('it is live', () => t.status === 'live');
  }),
  define('an-item-that-is-learned-late-takes-its-place', async (t) => {
    await t.begin('a');
    t.server.cut();
    t.change('b', 'c', 'b');
    await t.shows('a@1 b@4 c@3');
  }),
  define('an-item-deleted-and-created-meanwhile-comes-last', async (t) => {
    await t.begin('a', 'b');
    t.server.cut();
    t.change('-a', 'a');
    await t.shows('b@2 a@4');
  }),
  define('an-item-created-and-deleted-meanwhile-is-not-shown', async (t) => {
    await t.begin('a');
    t.server.cut();
    t.change('b', '-b');
    await t.joined(2);
    t.write('c');
    await t.shows('a@1 c@4');
  }),
  define('another-epoch-replaces-everything', async (t) => {
    await t.begin('a', 'b', 'c');
    t.server.cut();
    t.model.reset('second');
    t.change('x', 'a');
    await t.shows('x@1 a@2');
    t.write('a');
    await t.shows('x@1 a@3');
  }),
  define('another-epoch-on-a-live-socket-replaces-everything', async (t) => {
    await t.begin('a', 'b', 'c');
    t.model.reset('second');
    t.change('x');
    const [join] = t.server.joins;
    t.server.send(t.model.sync(join!));
    await t.shows('x@1');
    t.server.cut();
    const again = await t.joined(2);
    assert.ok(!again.since || again.since.epoch === 'second');
  }),
  define('a-cursor-beyond-the-horizon-leads-to-a-sync', async (t) => {
    await t.begin('a', 'b');
    t.once((join) => [
      ...t.model.acknowledge(join, 'sync', join.since ? 'horizon' : undefined),
      t.model.sync(join),
    ]);
    t.server.cut();
    t.change('-a', 'c');
    await t.shows('b@2 c@4');
  }),
  define('a-cut-in-the-middle-of-what-changed-loses-nothing', async (t) => {
    await t.begin('a', 'b', 'c');
    t.once((join) => {
      const all = t.model.answer(join);
      setTimeout(() => t.server.cut(), 50);
      return all.slice(0, -1);
    });
    t.server.cut();
    t.change('a', 'b', 'c', 'd');
    await t.joined(3);
    await t.shows();
  }),
  define('an-acknowledgement-is-no-change', async (t) => {
    await t.begin('a');
    t.once((join) => {
      setTimeout(() => t.server.cut(), 50);
      return t.model.acknowledge(join, join.since ? 'changes' : 'sync');
    });
    t.server.cut();
    t.change('b');
    const join = await t.joined(3);
    assert.ok(!join.since || join.since.seq === 1, `it resumes from ${join.since?.seq}`);
    await t.shows();
  }),
  define('it-recovers-twice', async (t) => {
    await t.begin('a');
    for (const id of ['b', 'c', 'd']) {
      t.server.cut();
      t.change(id, 'a');
      await t.shows();
    }
  }),
  define('it-recovers-when-it-was-offline-before-the-first-message', async (t) => {
    t.server.greet = ({ ws }) => {
      t.server.greet = undefined;
      ws.terminate();
      return true;
    };
    await t.begin('a');
  }),
  define('it-waits-for-a-server-that-is-down', async (t) => {
    await t.begin('a');
    await t.server.down();
    t.change('b');
    await t.quiet(1_000);
    await t.server.up();
    await t.shows();
  }),
  define('it-comes-back-to-a-server-that-restarts', async (t) => {
    await t.begin('a');
    for (const code of [CLOSE_CODE.goingAway, CLOSE_CODE.slowConsumer, CLOSE_CODE.internalError]) {
      t.server.close(code, 'a reason');
      t.change('a');
      await t.shows();
    }
  }),
  define(
    'one-item-is-resumed',
    async (t) => {
      await t.begin('a');
      t.server.cut();
      t.change('a');
      await t.shows();
      t.server.cut();
      t.change('-a');
      await t.shows('');
    },
    'a',
  ),
  define('a-server-that-numbers-nothing-is-followed-after-a-cut', async (t) => {
    t.model.isPlain = true;
    await t.begin('a', 'b');
    t.server.cut();
    t.change('-a', 'c');
    await t.shows();
    t.write('b');
    await t.shows();
  }),
];
