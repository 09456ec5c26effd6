import type { Change, Cursor, Since, Snapshot, StoredItem } from '../../domain/change.js';
import { detach } from '../../domain/json-text.js';
import { changesAfter, ownId, resetReason, tombstoneValue } from '../../domain/since.js';
import { Node, type Usage } from './node.js';
import { itemPrefix } from './records.js';

/** Nodes read from disk that enter the Map at once: it is in the processor's cache then. */
const COLLECTED = 128;

/** What a change does to a node's place in the orders; decided when the change is sequenced. */
export interface Sequenced {
  readonly change: Change;
  readonly created: number;
  readonly deletedBefore: number;
}

/**
 * The committed state of one group, in the three orders that questions are asked in: by id, by creation
 * (`items`, a Map in insertion order) and by rev (a linked list, oldest to newest, tombstones included).
 *
 * Invariants: every node's rev is unique and at most `seq`; tombstones with a rev at or below `horizon` are gone.
 */
export class GroupIndex {
  readonly stream: string;
  readonly group: string;
  epoch: string;
  /** The seq of the last committed change. */
  seq = 0;
  /** Milliseconds; the last timestamp that subscribers may have seen. */
  timestamp = 0;
  horizon = 0;
  /** While it is loaded, all nodes in any order. */
  readonly items = new Map<string, Node>();
  /** In rev order: a deletion is always the newest change. */
  tombstones: Map<string, Node> | undefined;
  /** The newest change of each item that is sequenced and not committed yet, and the heads that go with it. */
  pending: Map<string, Sequenced> | undefined;
  pendingSeq = 0;
  pendingTimestamp = 0;
  #keyPrefix: string | undefined;
  #newest: Node | undefined;
  #collected: Node[] = [];
  readonly #usage: Usage;

  constructor(stream: string, group: string, epoch: string, usage: Usage) {
    this.stream = stream;
    this.group = group;
    this.epoch = epoch;
    this.#usage = usage;
  }

  /**
   * Makes a sequenced change part of the committed state. Called in seq order.
   * @param bytes what its record takes in the log
   */
  apply({ change, created, deletedBefore }: Sequenced, bytes: number): void {
    const known = this.node(change.item);
    const node = known ?? new Node(change.item, change.value, change.seq, 0, 0, change.timestamp, bytes);
    if (known !== undefined) {
      this.#usage.remove(node);
      this.#unlink(node);
    }
    if (change.kind === 'delete') {
      this.items.delete(node.id);
      node.value = detach(tombstoneValue(node.id, ownId(change.value)));
      node.created = 0;
      node.deletedBefore = 0;
      this.tombstones ??= new Map();
      this.tombstones.set(node.id, node);
    } else {
      if (!node.alive) {
        this.tombstones?.delete(node.id);
        this.items.set(node.id, node);
        node.created = created;
        node.deletedBefore = deletedBefore;
      }
      node.value = detach(change.value);
    }
    node.rev = change.seq;
    node.timestamp = change.timestamp;
    node.bytes = bytes;
    this.#usage.add(node);
    this.#append(node);
    this.seq = change.seq;
    if (change.timestamp > this.timestamp) this.timestamp = change.timestamp;
  }

  /** What the keys of its items' records begin with. */
  get keyPrefix(): string {
    this.#keyPrefix ??= itemPrefix(this);
    return this.#keyPrefix;
  }

  /** The item, alive or deleted. */
  node(id: string): Node | undefined {
    return this.items.get(id) ?? this.tombstones?.get(id);
  }

  /** Takes a node read from disk, in any order; the last one of an item counts. Nothing of it shows before `finishLoad`. */
  collect(node: Node): void {
    this.#collected.push(node);
    if (this.#collected.length >= COLLECTED) this.#index();
  }

  /** Everything collected so far, which is there for changes to take back. */
  collected(): Map<string, Node> {
    this.#index();
    return this.items;
  }

  #index(): void {
    for (const node of this.#collected) {
      const known = this.items.get(node.id);
      // The Map keeps the first key that it was given: the same text is not held twice.
      if (known === undefined) this.items.set(node.id, node);
      else known.replaceBy(node);
    }
    this.#collected = [];
  }

  /** Puts everything collected in its place. Called once, when the head is known. */
  finishLoad(): void {
    this.#index();
    const all = [...this.items.values()];
    let sorted = isInOrder(all, 'created');
    for (const node of inOrder(all, 'rev')) {
      if (!node.alive) {
        sorted = false;
        // Below the horizon: a removal that a crash cut off.
        if (node.rev <= this.horizon) continue;
        this.tombstones ??= new Map();
        this.tombstones.set(node.id, node);
      }
      this.#usage.add(node);
      this.#append(node);
      if (node.timestamp > this.timestamp) this.timestamp = node.timestamp;
      if (node.rev > this.seq) this.seq = node.rev;
    }
    if (!sorted) {
      this.items.clear();
      for (const node of inOrder(all, 'created')) if (node.alive) this.items.set(node.id, node);
    }
    this.pendingSeq = this.seq;
    this.pendingTimestamp = this.timestamp;
  }

  /** The committed state. Timestamps of changes still to come are greater than the snapshot's. */
  snapshot(): Snapshot {
    const items: StoredItem[] = [];
    for (const { id, rev, timestamp, value } of this.items.values())
      items.push({ id, rev, timestamp, value });
    return { epoch: this.epoch, seq: this.seq, timestamp: this.timestamp, items };
  }

  /** Costs what changed, not what is stored. */
  changesSince(cursor: Cursor): Since {
    const reason = resetReason(this, cursor);
    if (reason !== undefined) return { kind: 'reset', reason, snapshot: this.snapshot() };
    const { epoch, seq, timestamp } = this;
    const changes = changesAfter(this, epoch, cursor.seq, this.#newestFirst(cursor.seq));
    return { kind: 'changes', epoch, seq, timestamp, changes };
  }

  *#newestFirst(since: number): IterableIterator<Node> {
    for (let node = this.#newest; node !== undefined && node.rev > since; node = node.older) yield node;
  }

  /**
   * The oldest tombstones, as many as have to go so that at most `maxCount` are left and none is older than
   * `minTimestamp` (ms). They stay until `forget`.
   */
  expired(maxCount: number, minTimestamp: number): Node[] {
    const expired: Node[] = [];
    let left = this.tombstones?.size ?? 0;
    for (const node of this.tombstones?.values() ?? []) {
      if (left <= maxCount && node.timestamp >= minTimestamp) break;
      expired.push(node);
      left -= 1;
    }
    return expired;
  }

  /** Moves the horizon, and drops the tombstones up to it. */
  forget(horizon: number): void {
    this.horizon = horizon;
    if (this.tombstones === undefined) return;
    for (const node of this.tombstones.values()) {
      if (node.rev > horizon) break;
      this.tombstones.delete(node.id);
      this.#unlink(node);
      this.#usage.remove(node);
    }
    if (this.tombstones.size === 0) this.tombstones = undefined;
  }

  #append(node: Node): void {
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = node;
    this.#newest = node;
  }

  #unlink(node: Node): void {
    if (node.older !== undefined) node.older.newer = node.newer;
    if (node.newer === undefined) this.#newest = node.older;
    else node.newer.older = node.older;
  }
}

/** Sorts in place; what was written in order is not sorted again, which is most of a large store. */
const inOrder = (nodes: Node[], by: 'rev' | 'created'): Node[] =>
  isInOrder(nodes, by) ? nodes : nodes.sort((a, b) => a[by] - b[by]);

function isInOrder(nodes: readonly Node[], by: 'rev' | 'created'): boolean {
  for (let i = 1; i < nodes.length; i++) {
    if ((nodes[i - 1] as Node)[by] > (nodes[i] as Node)[by]) return false;
  }
  return true;
}
