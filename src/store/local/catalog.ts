import type { GroupAddress } from '../../domain/change.js';
import { bounded } from '../log/state.js';
import type { StreamListing } from '../port.js';
import { GroupIndex } from './group-index.js';
import type { GroupState, Usage } from './node.js';

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Every group of the store, by stream and group id: nested maps, because names may hold any separator. */
export class Catalog {
  readonly usage: Usage = { nodes: 0, bytes: 0, timestamp: 0, expiring: 0 };
  readonly #streams = new Map<string, Map<string, GroupIndex>>();

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
    return group;
  }

  forget(at: GroupAddress): void {
    const groups = this.#streams.get(at.stream);
    const last = groups?.get(at.group)?.lastTimestamp ?? 0;
    if (last > this.#floor) this.#floor = last;
    groups?.delete(at.group);
    if (groups?.size === 0) this.#streams.delete(at.stream);
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
    for (const group of this.#streams.get(stream)?.values() ?? [])
      if (group.isListed()) ids.push(group.group);
    return ids.sort(byCodeUnit);
  }

  /** Every stream that has a listed group, sorted. */
  listAll(): StreamListing[] {
    const listings: StreamListing[] = [];
    for (const id of [...this.#streams.keys()].sort(byCodeUnit)) {
      const groups = this.listGroups(id);
      if (groups.length > 0) listings.push({ id, groups });
    }
    return listings;
  }
}
