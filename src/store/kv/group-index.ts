import type { JsonText } from '../../../generated/json-text.js';
import type { Change, Cursor, Since, Snapshot, StoredItem } from '../../domain/change.js';
import { removedMarker } from './tombstone.js';

/** One item, alive or deleted, linked into its group's rev order. */
export interface Node {
  readonly id: string;
  /** The value; of a tombstone what a late delete message carries. */
  value: JsonText;
  alive: boolean;
  /** The seq of the last change. */
  rev: number;
  /** The seq of the change that created it: creation order. */
  created: number;
  /** The seq of the deletion that its creation followed, 0 = none that is still known. */
  deletedBefore: number;
  /** Milliseconds; of the last change. */
  timestamp: number;
  older: Node | undefined;
  newer: Node | undefined;
}

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
  readonly items = new Map<string, Node>();
  /** In rev order: a deletion is always the newest change. */
  tombstones: Map<string, Node> | undefined;
  /** The newest change of each item that is sequenced and not committed yet, and the heads that go with it. */
  pending: Map<string, Sequenced> | undefined;
  pendingSeq = 0;
  pendingTimestamp = 0;
  #newest: Node | undefined;
  #collected: Node[] = [];

  constructor(stream: string, group: string, epoch: string) {
    this.stream = stream;
    this.group = group;
    this.epoch = epoch;
  }

  /**
   * Makes a sequenced change part of the committed state. Called in seq order.
   * @param value the change's value, in a string that keeps nothing else alive
   */
  apply({ change, created, deletedBefore }: Sequenced, value: JsonText): void {
    const known = this.items.get(change.item) ?? this.tombstones?.get(change.item);
    const node = known ?? this.#node(change.item);
    if (known !== undefined) this.#unlink(node);
    if (change.kind === 'delete') {
      this.items.delete(node.id);
      node.value = removedMarker(node.id, change.value);
      node.alive = false;
      this.tombstones ??= new Map();
      this.tombstones.set(node.id, node);
    } else {
      if (!node.alive) {
        this.tombstones?.delete(node.id);
        this.items.set(node.id, node);
        node.alive = true;
        node.created = created;
        node.deletedBefore = deletedBefore;
      }
      node.value = value;
    }
    node.rev = change.seq;
    node.timestamp = change.timestamp;
    this.#append(node);
    this.seq = change.seq;
    if (change.timestamp > this.timestamp) this.timestamp = change.timestamp;
  }

  /** Takes a node read from disk, in any order. Nothing of it shows before `finishLoad`. */
  collect(node: Node): void {
    this.#collected.push(node);
  }

  /** Puts everything collected in its place. Called once, when the head is known. */
  finishLoad(): void {
    const nodes = inOrder(this.#collected, 'rev');
    this.#collected = [];
    for (const node of nodes) {
      // Below the horizon: a removal that a crash cut off.
      if (!node.alive && node.rev <= this.horizon) continue;
      if (!node.alive) {
        this.tombstones ??= new Map();
        this.tombstones.set(node.id, node);
      }
      this.#append(node);
      if (node.timestamp > this.timestamp) this.timestamp = node.timestamp;
      if (node.rev > this.seq) this.seq = node.rev;
    }
    for (const node of inOrder(
      nodes.filter(({ alive }) => alive),
      'created',
    )) {
      this.items.set(node.id, node);
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

  /** Walks back from the newest change: costs what changed, not what is stored. */
  changesSince(cursor: Cursor): Since {
    if (cursor.epoch !== this.epoch || cursor.seq > this.seq) {
      return { kind: 'reset', reason: 'epoch', snapshot: this.snapshot() };
    }
    if (cursor.seq < this.horizon) return { kind: 'reset', reason: 'horizon', snapshot: this.snapshot() };
    const changes: Change[] = [];
    let reborn = false;
    for (let node = this.#newest; node !== undefined && node.rev > cursor.seq; node = node.older) {
      if (!node.alive) {
        changes.push(this.#change('delete', node, node.rev, node.timestamp, node.value));
        continue;
      }
      const isNew = node.created > cursor.seq;
      const change = this.#change(isNew ? 'create' : 'update', node, node.rev, node.timestamp, node.value);
      changes.push(isNew && node.created !== node.rev ? { ...change, created: node.created } : change);
      if (isNew && node.deletedBefore > cursor.seq) {
        reborn = true;
        // The group's timestamps strictly increase, so the deletion's lies below the creation's.
        const marker = removedMarker(node.id, undefined);
        changes.push(this.#change('delete', node, node.deletedBefore, node.timestamp - 1, marker));
      }
    }
    changes.reverse();
    if (reborn) changes.sort((a, b) => a.seq - b.seq);
    return { kind: 'changes', epoch: this.epoch, seq: this.seq, timestamp: this.timestamp, changes };
  }

  /**
   * Drops the oldest tombstones until at most `maxCount` are left and none is older than `minTimestamp` (ms), and
   * moves the horizon. Returns the ids that are gone.
   */
  trim(maxCount: number, minTimestamp: number): string[] {
    const gone: string[] = [];
    if (this.tombstones === undefined) return gone;
    for (const node of this.tombstones.values()) {
      if (this.tombstones.size <= maxCount && node.timestamp >= minTimestamp) break;
      this.tombstones.delete(node.id);
      this.#unlink(node);
      this.horizon = node.rev;
      gone.push(node.id);
    }
    if (this.tombstones.size === 0) this.tombstones = undefined;
    return gone;
  }

  #change(kind: Change['kind'], node: Node, seq: number, timestamp: number, value: JsonText): Change {
    const { stream, group, epoch } = this;
    return { stream, group, item: node.id, kind, seq, epoch, timestamp, value, old: undefined };
  }

  #node(id: string): Node {
    const none = { older: undefined, newer: undefined };
    return {
      id,
      value: '' as JsonText,
      alive: false,
      rev: 0,
      created: 0,
      deletedBefore: 0,
      timestamp: 0,
      ...none,
    };
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
function inOrder(nodes: Node[], by: 'rev' | 'created'): Node[] {
  for (let i = 1; i < nodes.length; i++) {
    if ((nodes[i - 1] as Node)[by] > (nodes[i] as Node)[by]) return nodes.sort((a, b) => a[by] - b[by]);
  }
  return nodes;
}
