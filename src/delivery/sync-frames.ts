import type { Cursor, Snapshot } from '../domain/change.js';
import { renderSync } from '../domain/message.js';
import type { Frames } from './outlet.js';
import type { Subscription } from './subscription.js';
import type { Topic } from './topic.js';

/** Milliseconds that a framed sync serves further joins of an unchanged group. */
const LIFETIME = 200;

/** The sync of a whole group, framed at its cursor. */
export interface FramedSync extends Cursor {
  readonly withItems: boolean;
  readonly frames: Frames;
  /** Milliseconds of `performance.now()`. */
  readonly until: number;
}

/** Renders and frames a group's sync once for all who join it unchanged: a join storm costs one serialisation. */
export class SyncFrames {
  readonly #topic: Topic;
  #last: FramedSync | undefined;

  constructor(topic: Topic) {
    this.#topic = topic;
  }

  forget(): void {
    this.#last = undefined;
  }

  /** The framed sync that a join of `to` may get, when the feed has not moved since. */
  find(to: Subscription): FramedSync | undefined {
    const last = this.#last;
    if (last === undefined || to.item !== undefined || to.withItems !== last.withItems) return undefined;
    const { seq, epoch } = this.#topic;
    return last.seq === seq && last.epoch === epoch && performance.now() < last.until ? last : undefined;
  }

  frame(to: Subscription, snapshot: Snapshot): Frames {
    const { at, context } = this.#topic;
    const frames = context.encode([renderSync(at, snapshot, to.item, to.withItems)]);
    if (to.item === undefined && snapshot.seq > 0) {
      const { seq, epoch } = snapshot;
      this.#last = { seq, epoch, withItems: to.withItems, frames, until: performance.now() + LIFETIME };
      context.remember(this.#topic, LIFETIME);
    }
    return frames;
  }
}
