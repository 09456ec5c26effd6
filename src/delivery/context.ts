import type { Frames, Outlet } from './outlet.js';
import type { DeliveryCounters } from './source.js';
import type { Topic } from './topic.js';

/** What a topic needs of its hub. */
export interface TopicContext {
  readonly counters: DeliveryCounters;
  encode(messages: readonly string[]): Frames;
  /** Asks for a `flush` at the end of this tick. */
  schedule(topic: Topic): void;
  /** Asks for `retry` in a while: the source could not answer. */
  retryLater(topic: Topic): void;
  /** True when the outlet holds more bytes than it may. */
  isFull(outlet: Outlet): boolean;
  /** Stops pushing to an outlet, in all of its topics. */
  pause(outlet: Outlet): void;
  /** The topic keeps a framed sync for further joins; it is told to forget it after about `ms`. */
  remember(topic: Topic, ms: number): void;
  log(error: unknown, what: string): void;
}
