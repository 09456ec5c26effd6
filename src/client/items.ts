import { STREAM_EVENT } from '../../generated/constants.js';
import type { StreamMessage } from '../../generated/socket.js';
import type { StreamItem } from './types.js';

/**
 * The items of a group by id, in the exact order of their creation (D23): each has a place, the seq that created it;
 * below 0 for what a sync brought, which is in order.
 */
export function createItems() {
  let entries = new Map<string, { readonly item: StreamItem; readonly place: number }>();
  let list: readonly StreamItem[] | undefined;
  return {
    /** The same frozen array until something changes. */
    list(): readonly StreamItem[] {
      list ??= Object.freeze([...entries.values()].sort((a, b) => a.place - b.place).map(({ item }) => item));
      return list;
    },

    get: (id: string): StreamItem | undefined => entries.get(id)?.item,

    /** True when a change is part of what is here already. */
    has({ id, seq, event }: StreamMessage): boolean {
      const known = entries.get(id as string);
      return known ? known.item.rev >= (seq as number) : event.type === STREAM_EVENT.delete;
    },

    /** @param isSameHistory an item of the same rev is the same item, and keeps its identity */
    replace(items: readonly StreamItem[], isSameHistory?: boolean): void {
      const old = entries;
      entries = new Map(
        items.map((item, at) => {
          const known = old.get(item.id)?.item;
          const isSame = isSameHistory && known?.rev === item.rev;
          return [item.id, { item: isSame ? known : item, place: at - items.length }];
        }),
      );
      list = undefined;
    },

    /** Applies one change. False: it does not fit what is here. */
    apply({ event, id, seq, created }: StreamMessage): boolean {
      const { type, data } = event as { type: string; data: unknown };
      const known = entries.get(id as string);
      const isUpdate = type === STREAM_EVENT.update;
      if (typeof id !== 'string' || (isUpdate && !known && seq !== undefined)) return false;
      // An item that is created again goes to the end.
      if (!isUpdate) entries.delete(id);
      if (isUpdate || type === STREAM_EVENT.create) {
        const place = isUpdate && known ? known.place : (created ?? seq ?? Number.MAX_VALUE);
        entries.set(id, { item: { id, rev: seq ?? 0, data }, place });
      } else if (type !== STREAM_EVENT.delete) return false;
      list = undefined;
      return true;
    },
  };
}

/** Values of a server that does not know `items`: deployed clients find their ids in them. */
export const plainItems = (values: readonly unknown[], id: string | undefined): StreamItem[] =>
  values.map((data, at) => ({ id: id ?? (data as StreamItem | null)?.id ?? `${at}`, rev: 0, data }));
