import type { GroupAddress } from '../../domain/change.js';
import type { GroupHead } from '../../domain/since.js';
import { countExtras, countTombstone, type GroupState, type Node, RevOrder, type Usage } from './node.js';

/** Nodes that enter the Map at once: it is in the processor's cache then. */
const COLLECTED = 128;

/** What was read of a group so far. */
export class LoadingGroup implements GroupAddress {
  readonly stream: string;
  readonly group: string;
  /** Of its head record. */
  head: GroupHead | undefined;
  readonly #nodes = new Map<string, Node>();
  #collected: Node[] = [];

  constructor({ stream, group }: GroupAddress) {
    this.stream = stream;
    this.group = group;
  }

  /** Takes a node, in any order; the last one of an item counts. */
  collect(node: Node): void {
    this.#collected.push(node);
    if (this.#collected.length >= COLLECTED) this.#index();
  }

  /** Everything collected so far, alive and deleted, which is there for changes to take back. */
  nodes(): Map<string, Node> {
    this.#index();
    return this.#nodes;
  }

  /** Everything collected in its place; the group's from now on. @param usage counts it */
  state(head: GroupHead, usage: Usage): GroupState {
    let { seq, timestamp } = head;
    let items = this.nodes();
    let tombstones: GroupState['tombstones'];
    const revs = new RevOrder();
    const all = [...items.values()];
    let isSorted = isInOrder(all, 'created');
    for (const node of inOrder(all, 'rev')) {
      if (!node.alive) {
        isSorted = false;
        // Below the horizon: a removal that a crash cut off.
        if (node.rev <= head.horizon) continue;
        tombstones ??= new Map();
        tombstones.set(node.id, node);
        countTombstone(usage, node, 1);
      }
      usage.nodes += 1;
      usage.bytes += node.bytes;
      if (node.extras !== undefined) countExtras(usage, node.extras, 1);
      revs.append(node);
      if (node.timestamp > timestamp) timestamp = node.timestamp;
      if (node.rev > seq) seq = node.rev;
    }
    if (!isSorted) {
      items = new Map();
      for (const node of inOrder(all, 'created')) if (node.alive) items.set(node.id, node);
    }
    const { epoch, horizon } = head;
    return { epoch, seq, timestamp, horizon, items, tombstones, revs };
  }

  #index(): void {
    for (const node of this.#collected) {
      const known = this.#nodes.get(node.id);
      // The Map keeps the first key that it was given: the same text is not held twice.
      if (known === undefined) this.#nodes.set(node.id, node);
      else known.become(node, node.bytes);
    }
    this.#collected = [];
  }
}

/** The groups that a store is being loaded with. */
export class LoadingGroups {
  readonly #streams = new Map<string, Map<string, LoadingGroup>>();

  open(at: GroupAddress): LoadingGroup {
    let groups = this.#streams.get(at.stream);
    if (groups === undefined) {
      groups = new Map();
      this.#streams.set(at.stream, groups);
    }
    let group = groups.get(at.group);
    if (group === undefined) {
      group = new LoadingGroup(at);
      groups.set(at.group, group);
    }
    return group;
  }

  *all(): IterableIterator<LoadingGroup> {
    for (const groups of this.#streams.values()) yield* groups.values();
  }

  clear(): void {
    this.#streams.clear();
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
