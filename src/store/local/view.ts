import type { JsonText } from '../../../generated/json-text.js';
import type { GroupIndex, Sequenced } from './group-index.js';

// What `get`, `list` and the next mutation see: the committed state under the changes that are still on their way
// to disk. Joins and resumes never look here (DECISIONS: reads see pending writes).

/** The value that the next mutation of `item` starts from. */
export function currentValue(group: GroupIndex, item: string): JsonText | undefined {
  const pending = group.pending?.get(item);
  if (pending !== undefined) return pending.change.kind === 'delete' ? undefined : pending.change.value;
  return group.items.get(item)?.value;
}

/** Creation seq of the current incarnation and the deletion before it, for the next change of `item`. */
export function lineage(group: GroupIndex, item: string): { created: number; deletedBefore: number } {
  const pending = group.pending?.get(item);
  if (pending !== undefined) {
    if (pending.change.kind === 'delete') return { created: 0, deletedBefore: pending.change.seq };
    return pending;
  }
  const node = group.items.get(item);
  if (node !== undefined) return node;
  return { created: 0, deletedBefore: group.tombstones?.get(item)?.rev ?? 0 };
}

/** All current values in creation order. */
export function currentValues(group: GroupIndex): JsonText[] {
  const values: JsonText[] = [];
  if (group.pending === undefined) {
    for (const node of group.items.values()) values.push(node.value);
    return values;
  }
  const newer: Sequenced[] = [];
  for (const node of group.items.values()) {
    const pending = group.pending.get(node.id);
    if (pending === undefined) values.push(node.value);
    else if (pending.change.kind !== 'delete' && pending.created === node.created)
      values.push(pending.change.value);
  }
  for (const pending of group.pending.values()) {
    if (pending.change.kind === 'delete') continue;
    if (group.items.get(pending.change.item)?.created !== pending.created) newer.push(pending);
  }
  newer.sort((a, b) => a.created - b.created);
  for (const { change } of newer) values.push(change.value);
  return values;
}

/** True when a listing names the group: it holds an item, or one is on its way. */
export function isListed(group: GroupIndex): boolean {
  if (group.pending === undefined) return group.items.size > 0;
  for (const { change } of group.pending.values()) if (change.kind !== 'delete') return true;
  for (const id of group.items.keys()) if (!group.pending.has(id)) return true;
  return false;
}
