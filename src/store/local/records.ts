import type { JsonText } from '../../../generated/json-text.js';
import type { GroupAddress } from '../../domain/change.js';
import { detach } from '../../domain/json-text.js';
import { ownId, tombstoneValue } from '../../domain/since.js';
import type { RecordWriter } from '../log/index.js';
import type { Sequenced } from './group-index.js';
import { Node } from './node.js';

// Record layout: spec/records.md. Keys are ASCII, so that every Keyv backend takes them unchanged.

/** The record that names the store itself: its format, epoch and generation. */
export const STORE_KEY = 'm/store';

const escapeName = (name: string): string => (/^[\w.:~@+-]+$/.test(name) ? name : encodeURIComponent(name));
export const unescapeName = (name: string): string => (name.includes('%') ? decodeURIComponent(name) : name);

/** What the key of every item begins with. */
export const ITEM = 'i/';
/** The key prefix of a group's items. */
export const itemPrefix = (at: GroupAddress): string =>
  `${ITEM}${escapeName(at.stream)}/${escapeName(at.group)}/`;
/** The key of an item of the group whose `itemPrefix` is given. */
export const withItem = (prefix: string, item: string): string => prefix + escapeName(item);
export const itemKey = (at: GroupAddress, item: string): string => withItem(itemPrefix(at), item);
/** The key of a group's head: written when tombstones go, or when the group's epoch is not the store's. */
export const headKey = (at: GroupAddress): string => `h/${escapeName(at.stream)}/${escapeName(at.group)}`;

export type Key =
  | { readonly kind: 'store' }
  | { readonly kind: 'head'; readonly stream: string; readonly group: string }
  | { readonly kind: 'item'; readonly stream: string; readonly group: string; readonly item: string };

/** @throws Error when the key is none of ours. */
export function parseKey(key: string): Key {
  if (key === STORE_KEY) return { kind: 'store' };
  // By hand, not with `split`: a start does this a million times.
  const first = key.indexOf('/', 2);
  const second = first < 0 ? -1 : key.indexOf('/', first + 1);
  const kind = key.slice(0, 2);
  if (kind === 'h/' && first > 0 && second < 0) {
    return {
      kind: 'head',
      stream: unescapeName(key.slice(2, first)),
      group: unescapeName(key.slice(first + 1)),
    };
  }
  if (kind === ITEM && second > 0 && key.indexOf('/', second + 1) < 0) {
    return {
      kind: 'item',
      stream: unescapeName(key.slice(2, first)),
      group: unescapeName(key.slice(first + 1, second)),
      item: unescapeName(key.slice(second + 1)),
    };
  }
  throw new Error(`unknown key ${JSON.stringify(key.slice(0, 200))}`);
}

/** `seq created deletedBefore timestamp json`; a tombstone's `created` is 0 and its json the `tombstoneValue`. */
export function encodeItem({ change, created, deletedBefore }: Sequenced): string {
  return change.kind === 'delete'
    ? `${change.seq} 0 0 ${change.timestamp} ${tombstoneValue(change.item, ownId(change.value))}`
    : `${change.seq} ${created} ${deletedBefore} ${change.timestamp} ${change.value}`;
}

/** Digits of four safe integers, and what follows each. */
const HEAD_UNITS = 4 * 17;

/**
 * The record of the key `withItem(prefix, item)` with what `encodeItem` makes of the change, without the texts in between.
 * Answers the record's bytes.
 */
export function writeItem(
  record: RecordWriter,
  prefix: string,
  { change, created, deletedBefore }: Sequenced,
): number {
  const { kind, seq, timestamp } = change;
  const isDeleted = kind === 'delete';
  const item = escapeName(change.item);
  const json = isDeleted ? tombstoneValue(change.item, ownId(change.value)) : change.value;
  record.begin(prefix.length + item.length + HEAD_UNITS + json.length);
  record.ascii(prefix);
  record.ascii(item);
  record.endKey();
  record.decimal(seq);
  record.ascii(' ');
  record.decimal(isDeleted ? 0 : created);
  record.ascii(' ');
  record.decimal(isDeleted ? 0 : deletedBefore);
  record.ascii(' ');
  record.decimal(timestamp);
  record.ascii(' ');
  record.text(json);
  return record.finish();
}

/** The record of a committed node, as `encodeItem` wrote it. */
export const encodeNode = (node: Node): string =>
  node.alive
    ? `${node.rev} ${node.created} ${node.deletedBefore} ${node.timestamp} ${node.value}`
    : `${node.rev} 0 0 ${node.timestamp} ${node.value}`;

/** @throws Error when the record is malformed. */
export function decodeItem(id: string, record: string): Node {
  const a = record.indexOf(' ');
  const b = record.indexOf(' ', a + 1);
  const c = record.indexOf(' ', b + 1);
  const d = record.indexOf(' ', c + 1);
  const rev = Number(record.slice(0, a));
  const created = Number(record.slice(a + 1, b));
  const deletedBefore = Number(record.slice(b + 1, c));
  const timestamp = Number(record.slice(c + 1, d));
  if (a < 0 || d < 0 || !isPlausible(rev, created, deletedBefore, timestamp))
    throw new Error(`malformed record of item ${JSON.stringify(id)}`);
  return new Node(id, detach(record.slice(d + 1) as JsonText), rev, created, deletedBefore, timestamp, 0);
}

export const isPlausible = (
  rev: number,
  created: number,
  deletedBefore: number,
  timestamp: number,
): boolean => rev >= 1 && created <= rev && deletedBefore <= rev && Number.isSafeInteger(timestamp);

export interface Head {
  readonly epoch: string;
  readonly seq: number;
  readonly timestamp: number;
  readonly horizon: number;
}

export interface StoreRecord {
  /** Version of the record layout. */
  readonly format: 1;
  readonly epoch: string;
  /** Counts groups that were forgotten: a group born after that gets an epoch of its own. */
  readonly generation: number;
}
