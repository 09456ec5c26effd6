import type { JsonText } from '../../../generated/json-text.js';
import type { Change } from '../../domain/change.js';
import type { Extras } from '../../domain/lifetime.js';
import type { GroupHead, ItemEntry } from '../../domain/since.js';
import type { Lives } from '../port.js';
import type { OpsRun } from './ops-run.js';
import type { LatestStamp } from './stamp-clock.js';

/** What the record of an item says (spec/records.md). */
export interface ItemState extends Omit<ItemEntry, 'alive' | 'deletedBeforeAt'> {
  /** Undefined = none, which most items have. */
  readonly extras: Extras | undefined;
  /** How its newest record is written; undefined = whole, or not known. */
  readonly run?: OpsRun | undefined;
}

/** The value of an item that is alive. */
export const aliveValue = (state: ItemState | undefined): JsonText | undefined =>
  state !== undefined && state.created > 0 ? state.value : undefined;

/** A change that has its place in the group's order, and what the item's record says after it. */
export interface Sequenced extends ItemState {
  readonly change: Change;
}

/** One item, alive or deleted, linked into its group's rev order. There is one per item in memory: fields are few. */
export class Node implements ItemEntry {
  readonly id: string;
  /** In a string that keeps nothing else alive; of a tombstone what a late delete message carries. */
  value: JsonText;
  rev: number;
  /** Creation order. 0 = it is deleted. */
  created: number;
  deletedBefore: number;
  timestamp: number;
  /** What its record takes in the log. 0 where there is none. */
  bytes: number;
  extras: Extras | undefined = undefined;
  run: OpsRun | undefined = undefined;
  older: Node | undefined = undefined;
  newer: Node | undefined = undefined;

  constructor(
    id: string,
    value: JsonText,
    rev: number,
    created: number,
    deletedBefore: number,
    timestamp: number,
    bytes: number,
  ) {
    this.id = id;
    this.value = value;
    this.rev = rev;
    this.created = created;
    this.deletedBefore = deletedBefore;
    this.timestamp = timestamp;
    this.bytes = bytes;
  }

  /** Takes over what a later record of the item says. */
  become({ value, rev, created, deletedBefore, timestamp, extras, run }: ItemState, bytes: number): void {
    this.value = value;
    this.rev = rev;
    this.created = created;
    this.deletedBefore = deletedBefore;
    this.timestamp = timestamp;
    this.extras = extras;
    this.run = run;
    this.bytes = bytes;
  }

  get alive(): boolean {
    return this.created > 0;
  }
}

/** Nodes in the order of their last change. */
export class RevOrder {
  #newest: Node | undefined;

  append(node: Node): void {
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = node;
    this.#newest = node;
  }

  remove(node: Node): void {
    if (node.older !== undefined) node.older.newer = node.newer;
    if (node.newer === undefined) this.#newest = node.older;
    else node.newer.older = node.older;
  }

  /** Those with a rev above `since`. */
  *newestFirst(since: number): IterableIterator<Node> {
    for (let node = this.#newest; node !== undefined && node.rev > since; node = node.older) yield node;
  }
}

/** Sums over all nodes of a store, and the greatest timestamp of its groups. */
export interface Usage extends LatestStamp {
  nodes: number;
  bytes: number;
  /** Items that expire. */
  expiring: number;
  /** Items that belong to a connection. */
  owned: number;
  tombstones: number;
  /** Bytes of memory that tombstones take, roughly. */
  tombstoneBytes: number;
}

/** Bytes of memory that a tombstone takes beside its texts, in a node and two Maps. */
const TOMBSTONE_BYTES = 200;

/** Counts a node among the tombstones, or no longer. @param sign 1 or -1 */
export function countTombstone(usage: Usage, { id, value }: Node, sign: 1 | -1): void {
  usage.tombstones += sign;
  usage.tombstoneBytes += sign * (TOMBSTONE_BYTES + id.length + value.length);
}

/** Counts what an item has beside its value, or no longer. @param sign 1 or -1 */
export function countExtras(usage: Usage, extras: Extras | undefined, sign: 1 | -1): void {
  if (extras?.expiresAt !== undefined) usage.expiring += sign;
  if (extras?.owner !== undefined) usage.owned += sign;
}

/** Those that are removed at a time, or belong to somebody, by id. */
export function livesOf(nodes: Iterable<Node>): Lives {
  const lives = new Map<string, Extras>();
  for (const { id, extras } of nodes)
    if (extras?.expiresAt !== undefined || extras?.owner !== undefined) lives.set(id, extras);
  return lives;
}

/** The committed state of a group, as `GroupIndex` has it. */
export interface GroupState extends GroupHead {
  readonly items: Map<string, Node>;
  readonly tombstones: Map<string, Node> | undefined;
  readonly revs: RevOrder;
  /** @default false */
  readonly isTransient?: boolean;
}
