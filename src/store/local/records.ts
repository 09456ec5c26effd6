import type { JsonText } from '../../../generated/json-text.js';
import type { GroupAddress } from '../../domain/change.js';
import type { AppliedKey } from '../../domain/condition.js';
import { detach } from '../../domain/json-text.js';
import type { Extras } from '../../domain/lifetime.js';
import type { RecordWriter } from '../log/entry.js';
import type { RecordView } from '../log/records.js';
import { type ItemState, Node } from './node.js';

// Record layout: spec/records.md. Keys are ASCII, so that every Keyv backend takes them unchanged.

/** The record that names the store itself: its format, epoch and generation. */
export const STORE_KEY = 'm/store';

export const escapeName = (name: string): string =>
  /^[\w.:~@+-]+$/.test(name) ? name : encodeURIComponent(name);
const unescapeName = (name: string): string => (name.includes('%') ? decodeURIComponent(name) : name);

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

/** The key prefix of subscriptions whose end is to be told (spec/records.md). */
const JOINED = 'c/';
export const joinedKey = (id: string): string => JOINED + id;

export type Key =
  | { readonly kind: 'joined' }
  | { readonly kind: 'store' }
  | { readonly kind: 'head'; readonly stream: string; readonly group: string }
  | { readonly kind: 'item'; readonly stream: string; readonly group: string; readonly item: string };

/** @throws Error when the key is none of ours. */
export function parseKey(key: string): Key {
  if (key === STORE_KEY) return { kind: 'store' };
  if (key.startsWith(JOINED)) return { kind: 'joined' };
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

/** `rev created deletedBefore timestamp [extras ]json`; of a tombstone `created` and `deletedBefore` are 0. */
export const encodeItem = (state: ItemState): string => headOf(state) + state.value;

const headOf = ({ rev, created, deletedBefore, timestamp, extras }: ItemState): string =>
  `${rev} ${created} ${deletedBefore} ${timestamp} ${extras === undefined ? '' : extrasText(extras)}`;

/**
 * What the whole record of an item takes after an update that was not written whole; exact where the update changes ASCII.
 * @param before the item, with the bytes of its record
 */
export const bytesAfter = (before: Node, after: ItemState): number =>
  before.bytes + headOf(after).length - headOf(before).length + after.value.length - before.value.length;

/** What few items have, in ASCII and without a space but the last. No JSON begins as it does. */
export const extrasText = ({ keys, expiresAt, owner }: Extras): string =>
  `+${JSON.stringify({ k: keys, e: expiresAt, o: owner })} `;

const OWNER = /^[\x21-\x7e]+$/;

/** @param text what `extrasText` made. Undefined when it is malformed */
export function readExtras(text: string): Extras | undefined {
  try {
    const { k: keys, e: expiresAt, o: owner } = JSON.parse(text.slice(1)) as Record<'k' | 'e' | 'o', unknown>;
    if (keys === undefined && expiresAt === undefined && owner === undefined) return undefined;
    if (keys !== undefined && !(Array.isArray(keys) && keys.every(isAppliedKey))) return undefined;
    if (expiresAt !== undefined && !Number.isSafeInteger(expiresAt)) return undefined;
    if (owner !== undefined && !(typeof owner === 'string' && OWNER.test(owner))) return undefined;
    return { keys, expiresAt: expiresAt as number | undefined, owner: owner as string | undefined };
  } catch {
    // The record is reported as malformed, with its key.
    return undefined;
  }
}

const isAppliedKey = (key: unknown): key is AppliedKey =>
  Array.isArray(key) &&
  typeof key[0] === 'string' &&
  Number.isSafeInteger(key[1]) &&
  Number.isSafeInteger(key[2]);

/** Digits of four safe integers, and what follows each. */
const HEAD_UNITS = 4 * 17;

/**
 * The record of the key `withItem(prefix, id)` with what `encodeItem` makes of the item, without the texts in between.
 * Returns the record's bytes.
 */
export function writeItem(record: RecordWriter, prefix: string, state: ItemState): number {
  const id = escapeName(state.id);
  const extras = state.extras === undefined ? '' : extrasText(state.extras);
  record.begin(prefix.length + id.length + HEAD_UNITS + extras.length + state.value.length);
  record.ascii(prefix);
  record.ascii(id);
  record.endKey();
  record.decimal(state.rev);
  record.decimal(state.created);
  record.decimal(state.deletedBefore);
  record.decimal(state.timestamp);
  if (extras !== '') record.ascii(extras);
  record.text(state.value);
  return record.finish();
}

/** What `encodeItem` puts before the JSON. */
const HEAD = /^(\d+) (\d+) (\d+) (\d+) (?:(\+\S+) )?/;

/** @throws Error when the record is malformed. */
export function decodeItem(id: string, record: string): Node {
  const [head = '', ...parts] = HEAD.exec(record) ?? [];
  const [rev = 0, created = 0, deletedBefore = 0, timestamp = 0] = parts.slice(0, 4).map(Number);
  const extras = parts[4] === undefined ? undefined : readExtras(parts[4]);
  const isReadable = parts[4] === undefined || extras !== undefined;
  if (!isPlausible(rev, created, deletedBefore, timestamp) || !isReadable)
    throw new Error(`malformed record of item ${JSON.stringify(id)}`);
  const value = detach(record.slice(head.length) as JsonText);
  const node = new Node(id, value, rev, created, deletedBefore, timestamp, 0);
  node.extras = extras;
  return node;
}

const isPlausible = (rev: number, created: number, deletedBefore: number, timestamp: number): boolean =>
  rev >= 1 && created <= rev && deletedBefore <= rev && Number.isSafeInteger(timestamp);

const SLASH = 0x2f;
const SPACE = 0x20;
const PERCENT = 0x25;
const PLUS = 0x2b;
const ZERO = 0x30;

/** `decodeItem` straight from the bytes of a log, without the texts in between: a start does this a million times. */
export class ItemReader {
  /** Where the last number that was read ends; -1 = it is none. */
  #at = 0;

  /** @param idFrom where the item's name begins in the key. Returns undefined when the record is malformed */
  read(record: RecordView, idFrom: number): Node | undefined {
    const { buffer, valueFrom, end } = record;
    this.#at = valueFrom;
    const rev = this.#number(buffer, end);
    const created = this.#number(buffer, end);
    const deletedBefore = this.#number(buffer, end);
    const timestamp = this.#number(buffer, end);
    const id = idIn(buffer, idFrom, valueFrom);
    if (id === undefined || this.#at < 0 || !isPlausible(rev, created, deletedBefore, timestamp))
      return undefined;
    const extras = buffer[this.#at] === PLUS ? this.#extras(buffer, end) : undefined;
    if (this.#at < 0) return undefined;
    const value = record.value(this.#at) as JsonText;
    const node = new Node(id, value, rev, created, deletedBefore, timestamp, record.bytes);
    if (extras !== undefined) node.extras = extras;
    return node;
  }

  #extras(buffer: Buffer, end: number): Extras | undefined {
    const from = this.#at;
    const space = buffer.indexOf(SPACE, from);
    const extras = space < 0 || space >= end ? undefined : readExtras(buffer.toString('latin1', from, space));
    this.#at = extras === undefined ? -1 : space + 1;
    return extras;
  }

  #number(buffer: Buffer, end: number): number {
    let at = this.#at;
    if (at < 0) return Number.NaN;
    let number = 0;
    for (; at < end; at += 1) {
      const digit = (buffer[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    this.#at = buffer[at] === SPACE && at > this.#at && at < end ? at + 1 : -1;
    return number;
  }
}

/** The item's name; undefined when it is none that this program escaped. */
function idIn(buffer: Buffer, from: number, to: number): string | undefined {
  let escaped = false;
  for (let at = from; at < to; at += 1) {
    const byte = buffer[at];
    if (byte === SLASH) return undefined;
    if (byte === PERCENT) escaped = true;
  }
  const text = buffer.toString('latin1', from, to);
  return escaped ? nameOf(text) : text;
}

/** Undefined when it is no name that this program escaped. */
export function nameOf(escaped: string): string | undefined {
  try {
    return unescapeName(escaped);
  } catch {
    return undefined;
  }
}
