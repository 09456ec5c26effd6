import assert from 'node:assert/strict';
import type { OpsMessage } from '../../../generated/socket.js';
import type { ClientCase, Script } from '../script.js';

const define = (claim: string, run: ClientCase['run'], item?: string): ClientCase => ({
  id: `ops/${claim}`,
  run,
  item,
});

/** Changes an item, and tells it as ops where the client asked for them, as `damage` has it. */
function patch(t: Script, id: string, damage: (ops: OpsMessage) => object = (ops) => ops): void {
  const ops = t.model.patch(id);
  t.server.send(takesOps(t) ? damage(ops) : t.model.change('update', id, ops.seq));
}

const takesOps = (t: Script): boolean => t.server.joins.at(-1)?.ops === true;

/** Ops that are not for what the client holds: it asks for the whole state, and shows none in between that never was. */
const misfit = (claim: string, damage: (ops: OpsMessage) => object, lost = 0): ClientCase =>
  define(claim, async (t) => {
    await t.begin('a', 'b');
    const revs = [t.model.seq - 1];
    for (let i = 0; i < lost; i++) t.change('a');
    patch(t, 'a', damage);
    revs.push(t.model.seq);
    if (takesOps(t)) {
      const { since } = await t.joined(2);
      assert.equal(since, undefined, 'what it holds leads nowhere');
    }
    await t.shows();
    patch(t, 'a');
    revs.push(t.model.seq);
    await t.shows();
    for (const { items = [] } of t.views) {
      const { n } = (items.find(({ id }) => id === 'a')?.data ?? { n: revs[0] }) as { n: number };
      assert(revs.includes(n), `it showed a@${n}, which never was`);
    }
  });

/** Clients that do not ask for ops are told values. */
export const opsCases: readonly ClientCase[] = [
  define('ops-are-applied-to-the-item', async (t) => {
    await t.begin('a', 'b');
    patch(t, 'a');
    patch(t, 'a');
    patch(t, 'b');
    await t.shows();
    assert.equal(t.server.joins.length, 1);
  }),
  define(
    'ops-are-applied-where-one-item-is-followed',
    async (t) => {
      t.change('a');
      await t.shows();
      patch(t, 'a');
      await t.shows();
    },
    'a',
  ),
  define('after-a-resume-ops-go-on-from-what-was-told', async (t) => {
    await t.begin('a', 'b');
    patch(t, 'a');
    await t.shows();
    t.server.cut();
    t.change('a', 'c');
    const { since } = await t.joined(2);
    if (takesOps(t)) assert.equal(since?.seq, 3);
    await t.shows();
    patch(t, 'c');
    patch(t, 'b');
    await t.shows();
    assert.equal(t.server.joins.length, 2);
  }),
  misfit('ops-after-a-gap-lead-to-a-sync', (ops) => ops, 2),
  misfit('a-from-that-is-ahead-leads-to-a-sync', (ops) => ({ ...ops, from: ops.from + 1 })),
  misfit('a-from-that-is-behind-leads-to-a-sync', (ops) => ({ ...ops, from: ops.from - 1 })),
  misfit('ops-of-an-item-that-is-not-there-lead-to-a-sync', (ops) => ({ ...ops, id: 'missing' })),
  misfit('an-op-that-fails-leads-to-a-sync', (ops) => ({
    ...ops,
    ops: [...(ops.ops as []), { type: 'increment', path: 'id', by: 1 }],
  })),
];
