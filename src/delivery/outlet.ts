/** Messages encoded for the transport, ready to be written to any number of outlets unchanged. */
export type Frames = Uint8Array;

/** Encodes message texts into one run of bytes. Called once per group and tick, however many subscribers there are. */
export type FrameEncoder = (messages: readonly string[]) => Frames;

/**
 * Where one client's messages go: one socket, seen from delivery. Never blocks and never throws; after its end
 * writes are ignored. Bytes leave in the order written.
 */
export interface Outlet {
  /** Unique in this process. */
  readonly id: string;
  /** Queues bytes that the shared encoder built. The outlet keeps a reference and must not change them. */
  write(frames: Frames): void;
  /** Bytes accepted by `write` that the operating system has not taken yet. */
  readonly queuedBytes: number;
  /**
   * Delivery stopped pushing because `queuedBytes` passed the bound. The outlet calls `SubscriptionService.drained`
   * once it is (nearly) empty, and closes itself with the slow-consumer code when that takes too long.
   */
  paused(): void;
}
