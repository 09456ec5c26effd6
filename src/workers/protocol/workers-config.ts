import type { Config, Live } from '../../config/index.js';

/**
 * Bytes of one message that are read at all. What is longer than `limits.max_call_bytes` is read so that its caller can be
 * told; beyond this the connection closes with 1009. SDKs send and take no more either.
 */
export const MAX_MESSAGE_BYTES = 67_108_864;

/** What of the configuration both sides of the worker protocol follow, looked up at each use. */
export type WorkersConfig = Pick<Config, 'limits' | 'allowed_origins'>;

/** Bounds of one connection that no configuration key has. */
export interface WorkerBounds {
  /**
   * Bytes that may wait for one peer to read them. Above it, calls of that peer fail with `overloaded`; from a quarter
   * of it on, nothing more is read from that peer, so that its own calls add no more replies.
   * @default 67108864
   */
  readonly maxQueueBytes?: number;
  /** Functions, trigger types and triggers that one connection may hold, together; one more is refused and logged. @default 10000 */
  readonly maxRegistrations?: number;
}

/** What the options of both sides have in common. */
export interface WorkersOptions {
  readonly config: Live<WorkersConfig>;
  /** @default those of `WorkerBounds` */
  readonly bounds?: WorkerBounds;
}

export const DEFAULT_BOUNDS: Required<WorkerBounds> = {
  maxQueueBytes: 67_108_864,
  maxRegistrations: 10_000,
};
