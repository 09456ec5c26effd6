import type { JsonText } from '../../generated/json-text.js';
import type { Change, OpsChange, UpdateOps } from '../domain/change.js';
import { renderChange } from '../domain/message.js';
import { isShort } from '../domain/string-append.js';
import type { Message } from './port.js';

/** One message of a group's feed. */
export interface Entry extends Message {
  readonly item: string | undefined;
  /** True for a custom event: a client that misses it is told the count and gets nothing else. */
  readonly isEvent: boolean;
  /** ms */
  readonly timestamp: number;
  /** Of an update: how those are told who take ops. */
  readonly ops?: UpdateOps | undefined;
  /** The next message belongs to the same transaction. */
  readonly more?: true | undefined;
  /** Of a create that is told late: for a reader whose reply was at or after `created`, and held the item, an update. */
  readonly late?: { readonly created: number; readonly text: JsonText } | undefined;
}

/** The text of what is only told as ops. */
const NOT_SENT = '' as JsonText;

/** @param isLoose the value before is of no rev */
export const entryOf = (change: Change, isLoose = false): Entry => ({
  seq: change.seq,
  epoch: change.epoch,
  item: change.item,
  text: renderChange(change),
  isEvent: false,
  timestamp: change.timestamp,
  ops: !isLoose && change.ops !== undefined && isShort(change.ops, change.value) ? change.ops : undefined,
  more: change.more,
  late: change.created === undefined ? undefined : lateOf(change, change.created),
});

const lateOf = (change: Change, created: number): Entry['late'] => ({
  created,
  text: renderChange({ ...change, kind: 'update', created: undefined }),
});

/** An update for those alone who take ops. */
export const opsEntry = ({ item, seq, epoch, timestamp, ops, more }: OpsChange): Entry => ({
  seq,
  epoch,
  item,
  text: NOT_SENT,
  isEvent: false,
  timestamp,
  ops,
  more,
  late: undefined,
});
