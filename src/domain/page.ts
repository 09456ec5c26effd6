import type { StoredItem } from './change.js';
import { StreamError } from './errors.js';

/** Of an item that nobody sequenced, the id says where it is. */
const UNSEQUENCED = '.';
const SEQUENCED = /^[1-9]\d{0,15}$/;

/** A part of a group's items. */
export interface Page {
  readonly items: readonly StoredItem[];
  /** What to ask for as `after` for the rest; absent on the last page. */
  readonly next: string | undefined;
}

/**
 * At most `limit` of a group's items, in the order of their creation: items that are created between two pages come at
 * the end, and one that is deleted moves no other.
 *
 * @param items as a snapshot holds them
 * @param after a former `next`; undefined = from the first
 * @throws StreamError `invalid_input` when `after` is no `next`
 */
export function pageOf(items: readonly StoredItem[], limit: number, after: string | undefined): Page {
  const start = after === undefined ? 0 : startAfter(items, after);
  const end = Math.min(items.length, start + limit);
  return { items: items.slice(start, end), next: end < items.length ? nextOf(items[end - 1]!) : undefined };
}

const nextOf = ({ created, id }: StoredItem): string =>
  created > 0 ? String(created) : `${UNSEQUENCED}${id}`;

function startAfter(items: readonly StoredItem[], after: string): number {
  if (after.startsWith(UNSEQUENCED)) {
    const id = after.slice(UNSEQUENCED.length);
    const found = items.findIndex((item) => item.created === 0 && item.id === id);
    if (found >= 0) return found + 1;
    const later = items.findIndex((item) => item.created === 0 && item.id > id);
    return later < 0 ? items.length : later;
  }
  if (!SEQUENCED.test(after)) {
    throw new StreamError('invalid_input', 'after: must be the `next` of an earlier page');
  }
  return firstAfter(items, Number(after));
}

/** The index of the first item with a greater `created`, or with none: those come last. */
function firstAfter(items: readonly StoredItem[], created: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = items[middle]!.created;
    if (at > 0 && at <= created) low = middle + 1;
    else high = middle;
  }
  return low;
}
