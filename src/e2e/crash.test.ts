import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashRounds } from './testing/crash-rounds.js';
import { FAULTY_MAIN } from './testing/server.js';

test('20 kills under 8 writers lose nothing that was acknowledged', { timeout: 120_000 }, async (t) => {
  t.diagnostic(`${await crashRounds({ rounds: 20 })} writes acknowledged`);
});

test('a kill that loses what was not synced loses nothing that was acknowledged', {
  timeout: 60_000,
}, async (t) => {
  const env = { LOSSY: '1' };
  t.diagnostic(`${await crashRounds({ rounds: 8, main: FAULTY_MAIN, env })} writes acknowledged`);
});

test('these tests notice a store that answers before its sync', { timeout: 60_000 }, async () => {
  const env = { LOSSY: '1', SKIP_SYNC: '1' };
  await assert.rejects(
    crashRounds({ rounds: 8, main: FAULTY_MAIN, env }),
    /counter|acknowledged|ended with 1/,
  );
});
