import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Journal } from './journal.js';
import { lossRounds } from './testing/loss-rounds.js';

for (const durability of ['always', 'interval'] as const) {
  test(`${durability}: copies equal the list and timestamps rise over kills, power cuts and clocks`, async () => {
    await lossRounds({ durability, rounds: 12, seed: 7 });
  });
}

const keepsEpoch = (journal: Journal): Journal => ({ ...journal, incomplete: false });
const forgetsMark = (journal: Journal): Journal => ({
  ...journal,
  load: (visit) => journal.load((key, value) => visit(key, value.replace(/,"clock":\d+/, ''))),
});
const spoiled = [
  ['keeps its epoch after a loss', keepsEpoch],
  ['forgets where its clock was', forgetsMark],
] as const;

for (const [what, spoil] of spoiled) {
  test(`a store that ${what} is caught`, async () => {
    const runs = [1, 2, 3, 4].map((seed) => lossRounds({ durability: 'interval', rounds: 15, seed, spoil }));
    const ends = await Promise.allSettled(runs);
    const caught = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason.name)] : []));
    assert.ok(caught.length > 0);
    assert.deepEqual(new Set(caught), new Set(['AssertionError']));
  });
}
