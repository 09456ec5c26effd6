import { FUNCTION } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { Source } from '../delivery/port.js';
import type { Cursor, GroupAddress, Since, Snapshot, StoredItem } from '../domain/change.js';
import { elementsOf, sliceField } from '../domain/json-text.js';
import type { Store } from '../store/port.js';
import type { CustomCalls } from './custom-calls.js';

/** What joins of a custom stream get, from its own functions. Every resume is a full sync (D17). */
export function customSource(calls: CustomCalls, store: Store): Source {
  const snapshot = (at: GroupAddress, item: string | undefined): Promise<Snapshot> =>
    customSnapshot(calls, store, at, item);
  const reset = async (at: GroupAddress, _cursor: Cursor): Promise<Since> => {
    return { kind: 'reset', reason: 'epoch', snapshot: await snapshot(at, undefined) };
  };
  return {
    isOrderedByTime: true,
    snapshot,
    changesSince: reset,
    watch: (at) => store.watch(at),
    unwatch: (at) => store.unwatch(at),
  };
}

async function customSnapshot(
  calls: CustomCalls,
  store: Store,
  at: GroupAddress,
  item: string | undefined,
): Promise<Snapshot> {
  // Before the call: the result holds what was announced until here, and may hold more, which then comes once more.
  const { timestamp } = await store.snapshot(at);
  const items: StoredItem[] = [];
  const add = (id: string, value: JsonText): number =>
    items.push({ id, rev: 0, created: 0, timestamp, value });
  if (item !== undefined && calls.has(FUNCTION.get, at.stream)) {
    const value = await calls.get({ ...at, item }, undefined);
    if (value !== undefined) add(item, value);
  } else {
    const values = elementsOf(await calls.list(at, undefined));
    const ids = idsOf(values);
    for (const [index, value] of values.entries()) add(ids?.[index] ?? '', value);
  }
  return { epoch: '', seq: 0, timestamp, items };
}

/** Which item each value is, by its own `id`; undefined when one has none, or two have the same. */
function idsOf(values: readonly JsonText[]): readonly string[] | undefined {
  const ids = new Set<string>();
  for (const value of values) {
    const id = sliceField(value, 'id');
    if (id?.startsWith('"')) ids.add(JSON.parse(id) as string);
  }
  return ids.size === values.length && !ids.has('') ? [...ids] : undefined;
}
