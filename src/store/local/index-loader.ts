import type { JsonText } from '../../../generated/json-text.js';
import type { MapState, RecordView, RecordVisitor } from '../log/index.js';
import type { Catalog } from './catalog.js';
import type { GroupIndex } from './group-index.js';
import { Node } from './node.js';
import { PrefixCache } from './prefix-cache.js';
import { ITEM, isPlausible, itemPrefix, parseKey, unescapeName, withItem } from './records.js';

const SLASH = 0x2f;
const SPACE = 0x20;
const PERCENT = 0x25;
const ZERO = 0x30;
const I = 0x69;
/** In an item's key: after the kind, the stream and the group. */
const ITEM_SLASHES = 3;

/**
 * Takes the log's records into the catalog, straight from the bytes: a start does this a million times. What is not an
 * item, or not a well-formed one, goes to `rest` as text; a later look at it tells whether it belongs there.
 */
export class IndexLoader implements RecordVisitor {
  readonly #catalog: Catalog;
  readonly #rest: MapState;
  /** By key prefix. */
  readonly #groups = new Map<string, GroupIndex>();
  #odd = false;
  /** The groups met last: most records need no text of their prefix. */
  readonly #near = new PrefixCache<GroupIndex>();
  /** Where the last number that was read ends; -1 = it is none. */
  #at = 0;

  constructor(catalog: Catalog, rest: MapState) {
    this.#catalog = catalog;
    this.#rest = rest;
  }

  put(record: RecordView): void {
    if (!this.#collect(record)) this.#keep(record);
  }

  /** False when it is no well-formed item. */
  #collect(record: RecordView): boolean {
    const { buffer, keyFrom, valueFrom } = record;
    if (buffer[keyFrom] !== I || buffer[keyFrom + 1] !== SLASH || record.hasWideKey) return false;
    const idFrom = idStart(buffer, keyFrom, valueFrom);
    const group = this.#groupOf(buffer, keyFrom, idFrom);
    this.#at = valueFrom;
    const rev = this.#number(buffer, record.end);
    const created = this.#number(buffer, record.end);
    const deletedBefore = this.#number(buffer, record.end);
    const timestamp = this.#number(buffer, record.end);
    const id = idIn(buffer, idFrom, valueFrom);
    if (group === undefined || id === undefined || this.#at < 0) return false;
    if (!isPlausible(rev, created, deletedBefore, timestamp)) return false;
    if (this.#odd) this.#rest.delete(record.key());
    const value = record.value(this.#at) as JsonText;
    group.collect(new Node(id, value, rev, created, deletedBefore, timestamp, record.bytes));
    return true;
  }

  delete(key: string): void {
    this.#rest.delete(key);
    this.#uncollect(key);
  }

  clear(prefix: string): void {
    this.#rest.clear(prefix);
    for (const group of this.#catalog.all()) {
      const own = itemPrefix(group);
      const nodes = group.collected();
      for (const id of nodes.keys()) if (withItem(own, id).startsWith(prefix)) nodes.delete(id);
    }
  }

  end(): void {}

  /** Nothing more is read. Groups that were only passing through leave nothing: their next life has another epoch. */
  done(): void {
    for (const group of this.#groups.values()) {
      if (group.collected().size === 0) this.#catalog.forget(group);
    }
    this.#groups.clear();
    this.#near.clear();
  }

  #keep(record: RecordView): void {
    const key = record.key();
    this.#odd ||= key.startsWith(ITEM);
    this.#uncollect(key);
    this.#rest.set(key, record.value(), record.bytes);
  }

  #uncollect(key: string): void {
    const slash = key.lastIndexOf('/') + 1;
    const id = nameOf(key.slice(slash));
    if (id !== undefined) this.#groups.get(key.slice(0, slash))?.collected().delete(id);
  }

  /** The group of the item whose key begins with `buffer[from, to)`. Undefined when no item's key does. */
  #groupOf(buffer: Buffer, from: number, to: number): GroupIndex | undefined {
    const near = this.#near.get(buffer, from, to);
    if (near !== undefined) return near;
    const prefix = buffer.toString('latin1', from, to);
    const group = this.#groups.get(prefix) ?? this.#open(prefix);
    if (group !== undefined) this.#near.set(buffer, from, to, prefix, group);
    return group;
  }

  #open(prefix: string): GroupIndex | undefined {
    if (prefix.split('/').length !== 4) return undefined;
    try {
      const parsed = parseKey(`${prefix}-`);
      if (parsed.kind !== 'item') return undefined;
      const group = this.#catalog.open(parsed, () => '');
      this.#groups.set(prefix, group);
      return group;
    } catch {
      // Not an item's key: kept as text, and refused with it.
      return undefined;
    }
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

/** Where the item's name begins in an item's key. */
function idStart(buffer: Buffer, from: number, to: number): number {
  let slashes = 0;
  let at = from;
  for (; at < to && slashes < ITEM_SLASHES; at += 1) if (buffer[at] === SLASH) slashes += 1;
  return at;
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
function nameOf(escaped: string): string | undefined {
  try {
    return unescapeName(escaped);
  } catch {
    return undefined;
  }
}
