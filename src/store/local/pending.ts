import type { JsonText } from '../../../generated/json-text.js';
import type { Node, Sequenced } from './node.js';

type Items = ReadonlyMap<string, Node>;
/** The newest change of each item that is staged. */
export type Pending = ReadonlyMap<string, Sequenced>;

/** All current values in creation order. */
export function currentValues(items: Items, pending: Pending | undefined): JsonText[] {
  const values: JsonText[] = [];
  for (const node of items.values()) {
    const newest = pending?.get(node.id) ?? node;
    if (newest.created === node.created) values.push(newest.value);
  }
  if (pending === undefined) return values;
  const born = [...pending.values()].filter(
    ({ id, created }) => created > 0 && items.get(id)?.created !== created,
  );
  for (const { value } of born.sort((a, b) => a.created - b.created)) values.push(value);
  return values;
}

/** True when there is an item, or one is on its way. */
export function hasCurrent(items: Items, pending: Pending | undefined): boolean {
  if (pending === undefined) return items.size > 0;
  for (const { created } of pending.values()) if (created > 0) return true;
  for (const id of items.keys()) if (!pending.has(id)) return true;
  return false;
}
