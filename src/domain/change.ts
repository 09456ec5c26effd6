import type { JsonText } from '../../generated/json-text.js';
import type { RemovalReason } from './lifetime.js';

/** Where a group lives. Names are any non-empty, well-formed Unicode within the configured length. */
export interface GroupAddress {
  readonly stream: string;
  readonly group: string;
}

/** Where an item lives. */
export interface ItemAddress extends GroupAddress {
  readonly item: string;
}

/** The W3C trace context of the invocation that caused something; handed on unread. */
export interface TraceContext {
  readonly traceparent?: string;
  readonly baggage?: string;
  /** Observers that led here, one after another. */
  readonly observeDepth?: number;
}

/** What happened to an item. */
export type ChangeKind = 'create' | 'update' | 'delete';

/** The ops of an update. */
export interface OpsText {
  /** The text of the array of those that succeeded, in their order. Shares no memory with what is larger. */
  readonly text: JsonText;
  /**
   * They are one append of a string to a string: together with such an append to the same path right before them they are
   * one append of both strings. To an array each string is an element of its own.
   */
  readonly growsString: boolean;
}

/** An update as the ops that made it. */
export interface UpdateOps extends OpsText {
  /** The item's rev before. */
  readonly from: number;
}

/**
 * One committed change of one item. Immutable and shared by reply, subscribers and triggers.
 *
 * Invariant: within one `(stream, group, epoch)` both `seq` and `timestamp` strictly increase.
 */
export interface Change extends ItemAddress {
  readonly kind: ChangeKind;
  /** The group's sequence number; also the item's new `rev`. 0 for a change nobody sequenced (custom streams, events of other engines). */
  readonly seq: number;
  /** Names the incarnation of the group's data. Empty when `seq` is 0. */
  readonly epoch: string;
  /** Milliseconds since the Unix epoch, greater than every earlier timestamp of the group. */
  readonly timestamp: number;
  /** The new value; for a delete the removed one. */
  readonly value: JsonText;
  /**
   * Of a create that is learned late: the seq at which the item was created, where that is not `seq`. A list of items
   * is in the order of their creation (D23).
   */
  readonly created?: number | undefined;
  /** The value before, when there was one. */
  readonly old: JsonText | undefined;
  /** Of an update that is told as it happens: what made it, where that is known. */
  readonly ops?: UpdateOps | undefined;
  readonly trace?: TraceContext | undefined;
  /** The group's next change belongs to the same transaction. */
  readonly more?: true;
  /** Of a delete that no caller asked for, while it is told live: tombstones do not keep it. */
  readonly reason?: RemovalReason;
}

/** An update that is told by the ops that made it alone: the value was not sent along. */
export interface OpsChange extends ItemAddress, Cursor {
  /** Milliseconds. */
  readonly timestamp: number;
  readonly ops: UpdateOps;
  readonly more?: true;
}

/** A custom event of `stream::send`: never stored, never replayed. */
export interface CustomEvent extends GroupAddress {
  /** Addresses one item's subscribers too; absent = the group's subscribers only. */
  readonly item: string | undefined;
  readonly type: string;
  readonly data: JsonText;
  /** Milliseconds; drawn from the same strictly increasing clock as the group's changes. */
  readonly timestamp: number;
  readonly trace?: TraceContext | undefined;
}

/** A position in a group's order of changes: everything up to `seq` of `epoch` has been seen. */
export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
}

/** One live item, as a snapshot holds it. */
export interface StoredItem {
  readonly id: string;
  /** The seq of its last change. */
  readonly rev: number;
  /** Its place in the order of the group's items: greater than that of every item before it; 0 = nobody sequenced it. */
  readonly created: number;
  /** Milliseconds; the timestamp of its last change. */
  readonly timestamp: number;
  readonly value: JsonText;
}

/** A group at one seq. `items` is in creation order, those that nobody sequenced last. */
export interface Snapshot extends Cursor {
  /** Milliseconds; not smaller than any timestamp handed out for the group before. */
  readonly timestamp: number;
  readonly items: readonly StoredItem[];
}

/** Why a cursor could not be resumed. */
export type ResetReason = 'epoch' | 'horizon';

/**
 * The answer to *what changed after this cursor?*
 *
 * `changes` are in seq order and leave each item in its latest state. An item that was deleted and created
 * again after the cursor yields both, so that a client that matches by id replaces it. A delete whose value
 * is gone carries `{"id":…}` as its value (D12).
 */
export type Since =
  | {
      readonly kind: 'changes';
      readonly epoch: string;
      readonly seq: number;
      readonly timestamp: number;
      readonly changes: readonly Change[];
    }
  | { readonly kind: 'reset'; readonly reason: ResetReason; readonly snapshot: Snapshot };
