import type { MapState } from '../log/map-state.js';
import type { RecordView, RecordVisitor } from '../log/records.js';
import type { LoadingGroup, LoadingGroups } from './loading.js';
import { OpsReader } from './ops-records.js';
import { PrefixCache } from './prefix-cache.js';
import { ITEM, ItemReader, itemPrefix, nameOf, parseKey, withItem } from './records.js';

const SLASH = 0x2f;
const I = 0x69;
/** In an item's key: after the kind, the stream and the group. */
const ITEM_SLASHES = 3;

/**
 * Takes the log's items, straight from the bytes: a start does this a million times. What is not an item, or not a
 * well-formed one, goes to `rest` as text; a later look at it tells whether it belongs there.
 */
export class IndexLoader implements RecordVisitor {
  readonly #loading: LoadingGroups;
  readonly #rest: MapState;
  readonly #reader = new ItemReader();
  readonly ops = new OpsReader();
  /** By key prefix. */
  readonly #groups = new Map<string, LoadingGroup>();
  #hasMalformed = false;
  /** The groups met last: most records need no text of their prefix. */
  readonly #near = new PrefixCache<LoadingGroup>();

  constructor(loading: LoadingGroups, rest: MapState) {
    this.#loading = loading;
    this.#rest = rest;
  }

  put(record: RecordView): void {
    if (!this.#collect(record)) this.#keep(record);
  }

  patch(record: RecordView): boolean {
    const { buffer, keyFrom, valueFrom } = record;
    const idFrom = idStart(buffer, keyFrom, valueFrom);
    const id = nameOf(buffer.toString('latin1', idFrom, valueFrom));
    const node = id === undefined ? undefined : this.#groupOf(buffer, keyFrom, idFrom)?.nodes().get(id);
    return node !== undefined && this.ops.apply(record.key(), node, record.value());
  }

  /** False when it is no well-formed item. */
  #collect(record: RecordView): boolean {
    const { buffer, keyFrom, valueFrom } = record;
    if (buffer[keyFrom] !== I || buffer[keyFrom + 1] !== SLASH || record.hasWideKey) return false;
    const idFrom = idStart(buffer, keyFrom, valueFrom);
    const group = this.#groupOf(buffer, keyFrom, idFrom);
    const node = group && this.#reader.read(record, idFrom);
    if (node === undefined) return false;
    if (this.#hasMalformed) this.#rest.delete(record.key());
    group?.collect(node);
    return true;
  }

  delete(key: string): void {
    this.#rest.delete(key);
    this.#uncollect(key);
  }

  clear(prefix: string): void {
    this.#rest.clear(prefix);
    for (const group of this.#groups.values()) {
      const own = itemPrefix(group);
      const nodes = group.nodes();
      for (const id of nodes.keys()) if (withItem(own, id).startsWith(prefix)) nodes.delete(id);
    }
  }

  end(): void {}

  /** Nothing more is read. */
  done(): void {
    this.#groups.clear();
    this.#near.clear();
  }

  #keep(record: RecordView): void {
    const key = record.key();
    this.#hasMalformed ||= key.startsWith(ITEM);
    this.#uncollect(key);
    this.#rest.set(key, record.value());
  }

  #uncollect(key: string): void {
    const slash = key.lastIndexOf('/') + 1;
    const id = nameOf(key.slice(slash));
    if (id !== undefined) this.#groups.get(key.slice(0, slash))?.nodes().delete(id);
  }

  /** The group of the item whose key begins with `buffer[from, to)`. Undefined when no item's key does. */
  #groupOf(buffer: Buffer, from: number, to: number): LoadingGroup | undefined {
    const near = this.#near.get(buffer, from, to);
    if (near !== undefined) return near;
    const prefix = buffer.toString('latin1', from, to);
    const group = this.#groups.get(prefix) ?? this.#open(prefix);
    if (group !== undefined) this.#near.set(buffer, from, to, prefix, group);
    return group;
  }

  #open(prefix: string): LoadingGroup | undefined {
    if (prefix.split('/').length !== 4) return undefined;
    try {
      const parsed = parseKey(`${prefix}-`);
      if (parsed.kind !== 'item') return undefined;
      const group = this.#loading.open(parsed);
      this.#groups.set(prefix, group);
      return group;
    } catch {
      // Not an item's key: kept as text, and refused with it.
      return undefined;
    }
  }
}

/** Where the item's name begins in an item's key. */
function idStart(buffer: Buffer, from: number, to: number): number {
  let slashes = 0;
  let at = from;
  for (; at < to && slashes < ITEM_SLASHES; at += 1) if (buffer[at] === SLASH) slashes += 1;
  return at;
}
