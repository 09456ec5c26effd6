import type { Now } from '../../domain/clock.js';
import type { CommitObserver } from './commit-queue.js';
import type { TombstoneOptions } from './housekeeping.js';
import type { StampFile } from './stamp-file.js';

export interface LocalOptions {
  readonly tombstones: TombstoneOptions;
  /** Bytes of writes that may wait for the disk before calls fail with `overloaded`. @default 67108864 */
  readonly maxQueuedBytes: number;
  /** @default Date.now */
  readonly now?: Now;
  /** Where a store without a journal keeps the mark of its clock. @default nowhere */
  readonly stamps?: StampFile | undefined;
  /** Milliseconds that the timestamps of a group may be ahead of the clock. @default 3600000 */
  readonly maxLeadMs?: number;
  readonly observer?: CommitObserver;
  /** True for streams whose new groups are kept in memory only. @default none */
  readonly isTransient?: (stream: string) => boolean;
}
