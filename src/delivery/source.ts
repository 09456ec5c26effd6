import type { Cursor, GroupAddress, Since, Snapshot } from '../domain/change.js';
import type { Eventual } from '../domain/deferred.js';

/** Answers the two questions of delivery for one group: the store, or the functions of a custom stream. */
export interface TopicSource {
  /** `item` tells that only this item is wanted; the answer may hold more. */
  snapshot(group: GroupAddress, item: string | undefined): Eventual<Snapshot>;
  changesSince(group: GroupAddress, cursor: Cursor): Eventual<Since>;
  watch(group: GroupAddress): void;
  unwatch(group: GroupAddress): void;
}

/** Counters that delivery keeps; read by the metrics. */
export interface DeliveryCounters {
  /** Messages handed to outlets. */
  deliveries: number;
  /** Answers to *what changed after my cursor?*, on resume and after a pause. */
  catchUps: number;
  /** Custom events that a slow client missed. */
  droppedEvents: number;
  /** Times an outlet was paused. */
  pauses: number;
}
