import type { Now } from '../../domain/clock.js';
import type { CommitObserver } from '../local/commit-queue.js';

/** Where the store reports what an operator should know. A pino logger fits. */
export interface RedisLogger {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

export interface RedisStoreOptions {
  /**
   * `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. Several, with commas between them, are the
   * known nodes of a Cluster. One address of a Cluster is recognised as such.
   */
  readonly url: string;
  /** Milliseconds that one command may take, and start-up as a whole. @default 5000 */
  readonly commandTimeoutMs?: number;
  /** How long deletions are remembered for clients that come back; beyond that a resume becomes a full sync. */
  readonly tombstones?: {
    /** Tombstones kept per group. @default 10000 */
    readonly maxPerGroup: number;
    /** Milliseconds. Also how long an emptied group keeps its position. @default 86400000 (24 h) */
    readonly maxAgeMs: number;
  };
  /** Bytes of writes that may wait for Redis before calls fail with `overloaded`. @default 67108864 */
  readonly maxQueuedBytes?: number;
  /** Milliseconds between two looks for groups that another engine wrote. @default 300000 (5 min) */
  readonly scanIntervalMs?: number;
  /** Milliseconds between two checks that no watched group's feed fell silent. @default 15000 */
  readonly auditIntervalMs?: number;
  /** @default Date.now */
  readonly now?: Now;
  readonly logger?: RedisLogger;
  /** Told about every commit script that ran. */
  readonly observer?: CommitObserver;
}

/** The options with every default in place. */
export type RedisSettings = Required<RedisStoreOptions>;

const silent: RedisLogger = { info() {}, warn() {} };

export const withDefaults = (options: RedisStoreOptions): RedisSettings => ({
  commandTimeoutMs: 5_000,
  tombstones: { maxPerGroup: 10_000, maxAgeMs: 86_400_000 },
  maxQueuedBytes: 64 * 1024 * 1024,
  scanIntervalMs: 300_000,
  auditIntervalMs: 15_000,
  now: Date.now,
  logger: silent,
  observer: { batch() {} },
  ...options,
});
