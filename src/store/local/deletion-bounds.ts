import type { Catalog } from './catalog.js';
import type { GroupIndex } from './group-index.js';

/** What a store remembers of deletions, at most, in all its groups together. */
export interface Bounds {
  /** Tombstones. */
  readonly maxTotal: number;
  /** Bytes of memory that they take, roughly. */
  readonly maxBytes: number;
  /** Groups without an item. */
  readonly maxEmptyGroups: number;
}

/** A bound may be passed by an eighth, so that forgetting comes in batches. */
const withSlack = (bound: number): number => bound + Math.floor(bound / 8);

/** Whether something has to be forgotten. */
export const isOver = ({ usage, emptied }: Catalog, bounds: Bounds): boolean =>
  usage.tombstones > withSlack(bounds.maxTotal) ||
  usage.tombstoneBytes > bounds.maxBytes * 1.125 ||
  emptied > withSlack(bounds.maxEmptyGroups);

/**
 * The first groups to go so that the store is within its bounds.
 * @param candidates oldest first
 * @param limit of groups
 */
export function chooseOldest(
  candidates: Iterable<GroupIndex>,
  { usage, emptied }: Catalog,
  { maxTotal, maxBytes, maxEmptyGroups }: Bounds,
  limit: number,
): GroupIndex[] {
  const chosen: GroupIndex[] = [];
  let tombstones = usage.tombstones - maxTotal;
  let bytes = usage.tombstoneBytes - maxBytes;
  let groups = emptied - maxEmptyGroups;
  const perTombstone = usage.tombstoneBytes / Math.max(1, usage.tombstones);
  for (const group of candidates) {
    const needsTombstones = tombstones > 0 || bytes > 0;
    if (chosen.length === limit || !(needsTombstones || groups > 0)) break;
    if (!group.isEmptied && !(needsTombstones && group.tombstones !== undefined)) continue;
    chosen.push(group);
    const size = group.tombstones?.size ?? 0;
    tombstones -= size;
    bytes -= size * perTombstone;
    if (group.isEmptied) groups -= 1;
  }
  return chosen;
}
