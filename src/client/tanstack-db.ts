import type { ChangeMessageOrDeleteKeyMessage, CollectionConfig, PendingMutation } from '@tanstack/db';
import type { StreamClient, StreamItem } from './types.js';
import { whenSeq } from './watch.js';

/** A write that a collection's `insert`, `update` or `delete` asks for. */
export interface StreamWrite<Row> {
  readonly type: 'insert' | 'update' | 'delete';
  readonly streamName: string;
  readonly groupId: string;
  readonly id: string;
  /** The row as it shall be; for a delete as it was. */
  readonly row: Row;
}

export interface StreamCollectionOptions<T, Row extends object> {
  // biome-ignore lint/suspicious/noExplicitAny: a client of any streams
  readonly client: StreamClient<any>;
  readonly streamName: string;
  readonly groupId: string;
  /**
   * The row of an item; needed where data is no object, or has an `id` of its own.
   *
   * @default (id, data) => ({...data, id})
   */
  readonly row?: ((id: string, data: T) => Row) | undefined;
  /** The item id of a row. @default row => row.id */
  readonly getKey?: ((row: Row) => string) | undefined;
  /**
   * Carries out a write, by your own API, and returns the epoch and rev of the reply (`return: 'rev'`): the optimistic row
   * gives way to the real one when that has arrived. Without it the collection cannot be written.
   */
  readonly write?:
    | ((write: StreamWrite<Row>) => Promise<{ epoch: string; rev: number } | undefined>)
    | undefined;
  /** Milliseconds that a write waits to arrive; then the row is left to the stream. @default 10_000 */
  readonly arriveWithinMs?: number | undefined;
}

/**
 * Options for `createCollection`: the group as a collection, resumed without being emptied. Rows are in the order of
 * their keys, as in every collection; for that of their creation sort by a field of yours.
 */
export function streamCollectionOptions<
  T = Record<string, unknown>,
  Row extends object = T & { id: string },
>({
  client,
  streamName,
  groupId,
  row = (id, data) => ({ ...data, id }) as unknown as Row,
  getKey = (value) => (value as unknown as { id: string }).id,
  write,
  arriveWithinMs = 10_000,
}: StreamCollectionOptions<T, Row>): CollectionConfig<Row, string> {
  const group = client.group(streamName, groupId);
  const commit = async (mutations: readonly PendingMutation<Row>[]): Promise<void> => {
    for (const { type, modified, original } of mutations) {
      const value = (type === 'delete' ? original : modified) as Row;
      const done = await write?.({ type, streamName, groupId, id: getKey(value), row: value });
      if (!done) continue;
      // While a handler runs, all rows of the collection stand still: it must end.
      const patience = new Promise<void>((resolve) => setTimeout(resolve, arriveWithinMs));
      await Promise.race([whenSeq(group, done.epoch, done.rev), patience]);
    }
  };
  const handler = ({ transaction }: { transaction: { mutations: readonly unknown[] } }) =>
    commit(transaction.mutations as readonly PendingMutation<Row>[]);
  return {
    id: `iii-stream:${JSON.stringify([streamName, groupId])}`,
    getKey,
    ...(write ? { onInsert: handler, onUpdate: handler, onDelete: handler } : {}),
    sync: {
      rowUpdateMode: 'full',
      sync({ begin, write: put, commit: apply, markReady, markError }) {
        let shown = new Map<string, StreamItem>();
        return group.subscribe(({ status, items, error }) => {
          if (status === 'error') markError(error);
          if (status !== 'live' && status !== 'stale') return;
          const next = new Map(items.map((item) => [item.id, item as StreamItem]));
          const changes = changesBetween<Row>(shown, next, (item) => row(item.id, item.data as T));
          shown = next;
          if (changes.length > 0) {
            begin();
            for (const change of changes) put(change);
            apply();
          }
          markReady();
        });
      },
    },
  };
}

function changesBetween<Row extends object>(
  old: ReadonlyMap<string, StreamItem>,
  next: ReadonlyMap<string, StreamItem>,
  rowOf: (item: StreamItem) => Row,
): ChangeMessageOrDeleteKeyMessage<Row, string>[] {
  const changes: ChangeMessageOrDeleteKeyMessage<Row, string>[] = [];
  for (const id of old.keys()) if (!next.has(id)) changes.push({ type: 'delete', key: id });
  for (const [id, item] of next) {
    const known = old.get(id);
    if (known === item) continue;
    changes.push({ type: known === undefined ? 'insert' : 'update', value: rowOf(item) });
  }
  return changes;
}
