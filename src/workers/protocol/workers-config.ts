import type { Config, Live } from '../../config/index.js';

/**
 * What of the configuration both sides of the worker protocol follow, looked up at each use. `max_frame_bytes` holds for
 * connections that are made after a change.
 */
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
