import type { Now } from '../../domain/clock.js';
import type { CommitObserver } from '../local/commit-queue.js';
import { KeySpace } from './keys.js';

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
  /** Before every key of the store. @default '' */
  readonly keyPrefix?: string | undefined;
  /** Before the channel's name. @default keyPrefix, with `db<n>:` in a database other than 0 */
  readonly channelPrefix?: string | undefined;
  /**
   * Tells every change with its value on the channel of deployed engines, and takes theirs. Without it our nodes alone hear of
   * changes, on a channel of their own, and an update goes as its ops. The same for all nodes. @default true
   */
  readonly sharedChannel?: boolean | undefined;
  /** Milliseconds between two looks at which servers hold the keys. @default 1000 */
  readonly checkIntervalMs?: number;
  /** Milliseconds between two searches for groups that another engine wrote. @default 10000 */
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
export interface RedisSettings
  extends Required<Omit<RedisStoreOptions, 'keyPrefix' | 'channelPrefix' | 'sharedChannel'>> {
  readonly keys: KeySpace;
}

const silent: RedisLogger = { info() {}, warn() {} };

export const withDefaults = (options: RedisStoreOptions, database: number): RedisSettings => ({
  keys: new KeySpace(options.keyPrefix, database, options.channelPrefix, options.sharedChannel),
  commandTimeoutMs: 5_000,
  tombstones: { maxPerGroup: 10_000, maxAgeMs: 86_400_000 },
  maxQueuedBytes: 64 * 1024 * 1024,
  checkIntervalMs: 1_000,
  scanIntervalMs: 10_000,
  auditIntervalMs: 15_000,
  now: Date.now,
  logger: silent,
  observer: { batch() {} },
  ...options,
});
