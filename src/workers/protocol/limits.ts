/**
 * Bounds of a function host; the same on both sides of the worker protocol. Read when they are needed, so that whoever
 * gives them may change them: calls follow at once, connections (`maxFrameBytes`) when they are made. The heartbeat keeps
 * the interval that the host began with.
 */
export interface HostLimits {
  /** Bytes of one incoming frame; a larger one closes the connection with 1009. */
  readonly maxFrameBytes: number;
  /** Calls of workers that are unanswered at one time; one more fails with `overloaded`. */
  readonly maxPendingInvocations: number;
  /** Milliseconds until an unanswered call fails with `invocation_timeout`. */
  readonly invocationTimeoutMs: number;
  /** Milliseconds between two pings; a peer that shows no life in between is dropped. 0 = never. */
  readonly heartbeatIntervalMs: number;
  /**
   * Bytes that may wait for one peer to read them. Above it, calls of that peer fail with `overloaded`; from a quarter
   * of it on, nothing more is read from that peer, so that its own calls add no more answers.
   * @default 67108864
   */
  readonly maxWorkerQueueBytes?: number;
  /** Functions, trigger types and triggers that one connection may hold, together; one more is refused and logged. @default 10000 */
  readonly maxRegistrations?: number;
}

export const DEFAULT_MAX_WORKER_QUEUE_BYTES = 67_108_864;
export const DEFAULT_MAX_REGISTRATIONS = 10_000;
