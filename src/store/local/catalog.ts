import type { GroupAddress } from '../../domain/change.js';
import { bounded } from '../log/state.js';
import type { StreamListing } from '../port.js';
import { GroupIndex } from './group-index.js';
import type { GroupState, Usage } from './node.js';

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Every group of the store, by stream and group id: nested maps, because names may hold any separator. */
export class Catalog {
  readonly usage: Usage = {
    nodes: 0,
    bytes: 0,
    timestamp: 0,
    expiring: 0,
    owned: 0,
    tombstones: 0,
    tombstoneBytes: 0,
  };
  readonly #streams = new Map<string, Map<string, GroupIndex>>();
  /** What a listing has to look at, by stream: all but the emptied groups. */
  readonly #listed = new Map<string, Set<GroupIndex>>();
  /** Subscriptions of the former process whose end is to be told: their records by key. */
  readonly formerJoins = new Map<string, string>();
  #emptied = 0;

  #floor = 0;

  /** ms; no group that is not here was given a greater timestamp. */
  get floor(): number {
    return this.#floor;
  }

  set floor(timestamp: number) {
    this.#floor = timestamp;
    if (timestamp > this.usage.timestamp) this.usage.timestamp = timestamp;
  }

  get(at: GroupAddress): GroupIndex | undefined {
    return this.#streams.get(at.stream)?.get(at.group);
  }

  /** Adds a group that is not there, as it was read. */
  add(at: GroupAddress, state: GroupState): GroupIndex {
    const group = new GroupIndex(at, state, this.usage);
    let groups = this.#streams.get(at.stream);
    if (groups === undefined) {
      groups = new Map();
      this.#streams.set(at.stream, groups);
    }
    groups.set(at.group, group);
    this.#list(group);
    return group;
  }

  forget(at: GroupAddress): void {
    const groups = this.#streams.get(at.stream);
    const group = groups?.get(at.group);
    const last = group?.lastTimestamp ?? 0;
    if (last > this.#floor) this.#floor = last;
    if (group?.isEmptied) this.#emptied -= 1;
    else if (group !== undefined) this.#unlist(group);
    groups?.delete(at.group);
    if (groups?.size === 0) this.#streams.delete(at.stream);
  }

  /** Groups that hold nothing, and are here for clients that come back. */
  get emptied(): number {
    return this.#emptied;
  }

  /** Groups that hold an item, or are about to. */
  get listed(): number {
    let groups = 0;
    for (const listed of this.#listed.values()) groups += listed.size;
    return groups;
  }

  /** A group without items, nor any on their way: listings pass it by. */
  setEmptied(group: GroupIndex): void {
    if (group.isEmptied) return;
    group.isEmptied = true;
    this.#emptied += 1;
    this.#unlist(group);
  }

  /** A group is about to get an item. */
  revive(group: GroupIndex): void {
    group.isEmptied = false;
    this.#emptied -= 1;
    this.#list(group);
  }

  #list(group: GroupIndex): void {
    const listed = this.#listed.get(group.stream);
    if (listed === undefined) this.#listed.set(group.stream, new Set([group]));
    else listed.add(group);
  }

  #unlist(group: GroupIndex): void {
    const listed = this.#listed.get(group.stream);
    listed?.delete(group);
    if (listed?.size === 0) this.#listed.delete(group.stream);
  }

  *all(): IterableIterator<GroupIndex> {
    for (const groups of this.#streams.values()) yield* groups.values();
  }

  /** Every group that is there and stays; groups that are added all the time cannot keep it going. */
  *stable(): IterableIterator<GroupIndex> {
    for (const groups of bounded(this.#streams.values(), this.#streams.size))
      yield* bounded(groups.values(), groups.size);
  }

  /** Ids of the stream's listed groups, sorted. */
  listGroups(stream: string): string[] {
    const ids: string[] = [];
    for (const group of this.#listed.get(stream) ?? []) if (group.isListed()) ids.push(group.group);
    return ids.sort(byCodeUnit);
  }

  /** Every stream that has a listed group, sorted. */
  listAll(): StreamListing[] {
    const listings: StreamListing[] = [];
    for (const id of [...this.#listed.keys()].sort(byCodeUnit)) {
      const groups = this.listGroups(id);
      if (groups.length > 0) listings.push({ id, groups });
    }
    return listings;
  }
}
