import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryContext } from './port.js';
import { type EncodedPiece, SyncCache } from './sync-cache.js';

/** A quarter of what is kept. */
const QUARTER = 4 * 1024 * 1024;
const cursor = { seq: 1, epoch: 'e' };
const piece = (start: number, bytes: number, seq = 1): EncodedPiece => ({
  seq,
  epoch: 'e',
  timestamp: 1,
  variant: 'ws',
  withItems: true,
  frames: Buffer.alloc(bytes),
  page: 500,
  start,
  end: start + 500,
});

test('of a long sync the newest pieces are kept, 16 MiB of them', () => {
  const cleared: unknown[] = [];
  const context: Partial<DeliveryContext> = { clearLater: (one) => cleared.push(one) };
  const cache = new SyncCache(context as DeliveryContext);
  const starts = (at = cursor): number[] =>
    [0, 500, 1_000, 1_500, 2_000].filter(
      (start) => cache.findPiece('ws', true, at, { page: 500, start }) !== undefined,
    );
  for (const start of [0, 500, 1_000, 1_500]) cache.addPiece(piece(start, QUARTER));
  assert.deepEqual(starts(), [0, 500, 1_000, 1_500]);
  cache.addPiece(piece(1_500, QUARTER));
  assert.deepEqual(starts(), [0, 500, 1_000, 1_500], 'one that is made again is not counted twice');
  cache.addPiece(piece(2_000, 3 * QUARTER));
  assert.deepEqual(starts(), [1_500, 2_000], 'the oldest go first');
  cache.addPiece(piece(0, 9 * QUARTER));
  assert.deepEqual(starts(), [0], 'one that is too long is kept alone');
  cache.add({ ...piece(0, 9 * QUARTER), frames: Buffer.alloc(9 * QUARTER) });
  assert.ok(cache.find('ws', true, cursor) !== undefined, 'a sync in one piece is kept beside them');
  assert.deepEqual(starts(), [0]);
  cache.addPiece(piece(500, QUARTER, 2));
  assert.deepEqual([starts(), starts({ seq: 2, epoch: 'e' })], [[], [500]]);
  assert.equal(cache.findPiece('sse', true, { seq: 2, epoch: 'e' }, { page: 500, start: 500 }), undefined);
  cache.clear();
  assert.deepEqual(starts({ seq: 2, epoch: 'e' }), []);
  assert.ok(cleared.length > 0);
});
