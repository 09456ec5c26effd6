import type { JsonText } from '../../../generated/json-text.js';
import type { GroupAddress, ItemAddress } from '../../domain/change.js';
import type { Committed, Mutation, Store } from '../port.js';

/** Short words for what contract cases do all the time. */
export const GROUP: GroupAddress = { stream: 'chat', group: 'room' };
export const OTHER: GroupAddress = { stream: 'chat', group: 'hall' };

export const at = (item: string, group: GroupAddress = GROUP): ItemAddress => ({ ...group, item });
export const json = (text: string): JsonText => text as JsonText;

export const set = (store: Store, item: string, value: string, group?: GroupAddress): Promise<Committed> =>
  commit(store, at(item, group), { kind: 'set', value: json(value) });

export const remove = (store: Store, item: string, group?: GroupAddress): Promise<Committed> =>
  commit(store, at(item, group), { kind: 'delete' });

/** Adds one to a number; a missing item counts as 0. */
export const increment = (store: Store, item: string, group?: GroupAddress): Promise<Committed> =>
  commit(store, at(item, group), {
    kind: 'update',
    apply: (current) => json(String(Number(current ?? '0') + 1)),
  });

export async function commit(store: Store, address: ItemAddress, mutation: Mutation): Promise<Committed> {
  return store.commit(address, mutation);
}

/** Ids of a group's items, in the snapshot's order. */
export async function ids(store: Store, group: GroupAddress = GROUP): Promise<string[]> {
  return (await store.snapshot(group)).items.map(({ id }) => id);
}

/** 1, 2, … n */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);
