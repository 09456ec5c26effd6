import type { Now } from '../../domain/clock.js';
import type { CommitObserver } from './commit-queue.js';

/** How long deletions are remembered for clients that come back; beyond that a resume becomes a full sync. */
export interface TombstoneOptions {
  /** Tombstones kept per group. @default 10000 */
  readonly maxPerGroup: number;
  /** Milliseconds. @default 86400000 (24 h) */
  readonly maxAgeMs: number;
}

export interface LocalOptions {
  readonly tombstones: TombstoneOptions;
  /** Bytes of writes that may wait for the disk before calls fail with `overloaded`. @default 67108864 */
  readonly maxQueuedBytes: number;
  /** @default Date.now */
  readonly now?: Now;
  readonly observer?: CommitObserver;
}
