import {
  createContext,
  createElement,
  type DependencyList,
  type FunctionComponent,
  type PropsWithChildren,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react';
import type {
  GroupHandle,
  GroupView,
  ItemHandle,
  SavedGroup,
  StreamClient,
  StreamClientError,
  StreamClientEvent,
  StreamItem,
  ViewStatus,
} from './types.js';

// biome-ignore lint/suspicious/noExplicitAny: a context cannot be generic; the hooks are.
const Context = createContext<StreamClient<any> | undefined>(undefined);

/** Gives the client to the hooks below it. Who made the client closes it. */
export const StreamProvider: FunctionComponent<
  // biome-ignore lint/suspicious/noExplicitAny: a client of any streams
  PropsWithChildren<{ readonly client: StreamClient<any> }>
> = ({ client, children }) => createElement(Context.Provider, { value: client }, children);

/** What a hook returns. A new object when something of it changed. */
export interface StreamResult<T, Data, Handle> {
  readonly data: Data;
  readonly items: readonly StreamItem<T>[];
  /** `idle` in the first render, which observes nothing yet, and without arguments. */
  readonly status: ViewStatus;
  readonly error: StreamClientError | undefined;
  /** For {@link useStreamEvent}; null without arguments. */
  readonly event: Handle | null;
}

/** Which group, and how to show it. */
export interface StreamGroupArgs<T, Data = T[]> {
  readonly streamName: string;
  readonly groupId: string;
  /** Sorts by this field instead of by creation. */
  readonly sortKey?: keyof T | undefined;
  /**
   * What the component needs of the items: it renders again only when this is another value (`Object.is`), or the status.
   * Return a primitive or an item's own object, or keep the function's result yourself.
   */
  readonly select?: ((items: readonly StreamItem<T>[]) => Data) | undefined;
  /** The HTTP snapshot of the group that the server rendered: shown at once, and resumed from. */
  readonly initial?: SavedGroup<T> | undefined;
}

/** Which item. */
export interface StreamItemArgs {
  readonly streamName: string;
  readonly groupId: string;
  readonly id: string;
}

/** Without arguments there is nothing. */
const IDLE: Pick<GroupView, 'status' | 'items' | 'error'> = { status: 'idle', items: [] };

/** Reads a handle; `pick` is called again only when the items are others. */
const useStream = <T, Data, Handle>(
  { streamName, groupId, id, initial }: Partial<StreamItemArgs & StreamGroupArgs<T>>,
  pick: (items: readonly StreamItem<T>[]) => Data,
  deps: readonly unknown[],
): StreamResult<T, Data, Handle> => {
  const client = useContext(Context);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a group starts once, and `deps` are what `pick` depends on
  const [subscribe, read] = useMemo(() => {
    const group = streamName && groupId ? client?.group(streamName, groupId, initial) : undefined;
    const handle = id == null ? group : id ? group?.item(id) : undefined;
    let last: StreamResult<T, Data, Handle> | undefined;
    return [
      handle?.subscribe ?? (() => () => {}),
      () => {
        const { items, status, error } = (handle?.getSnapshot() ?? IDLE) as GroupView<T>;
        const data = last?.items === items ? last.data : pick(items);
        if (last?.data !== data || last.status !== status || last.error !== error) {
          last = { data, items, status, error, event: (handle ?? null) as Handle | null };
        }
        return last;
      },
    ] as const;
  }, [client, streamName, groupId, id, ...deps]);
  return useSyncExternalStore(subscribe, read, read);
};

/**
 * A group, live. All of it is of one moment, and what is shown stays while the connection is away.
 *
 * @param args absent: nothing is subscribed to yet
 */
export const useStreamGroup = <T = unknown, Data = T[]>(
  args: Partial<StreamGroupArgs<T, Data>> = {},
): StreamResult<T, Data, GroupHandle<T>> => {
  const { sortKey, select } = args;
  return useStream(
    args as Partial<StreamGroupArgs<T>>,
    select ??
      ((items: readonly StreamItem<T>[]) => {
        const data = items.map((item) => item.data);
        if (sortKey) data.sort((a, b) => (a[sortKey] < b[sortKey] ? -1 : Number(a[sortKey] > b[sortKey])));
        return data as Data;
      }),
    [select, sortKey],
  );
};

/**
 * One item, live; `data` is null while there is none.
 *
 * @param args absent: nothing is subscribed to yet
 */
export const useStreamItem = <T = unknown>(
  args: Partial<StreamItemArgs> = {},
): StreamResult<T, T | null, ItemHandle<T>> =>
  useStream({ id: '', ...args }, (items: readonly StreamItem<T>[]) => items[0]?.data ?? null, []);

/** Calls `listener` with the data of each custom event of a group or item, of one `type` or of all. */
export const useStreamEvent = ({
  event,
  type,
  listener,
}: {
  /** From {@link useStreamGroup} or {@link useStreamItem}. */
  readonly event: Pick<ItemHandle, 'onEvent'> | null;
  readonly type?: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the sender sends
  readonly listener: (data: any, event: StreamClientEvent) => void;
}): void =>
  useEffect(
    () => event?.onEvent((one) => (type ?? one.type) === one.type && listener(one.data, one)),
    [event, type, listener],
  );

/**
 * The name that `@motiadev/stream-client-react` has for {@link useStreamEvent}.
 *
 * @param dependencies as there; not needed, the listener of the last render is the one that is called
 */
export const useStreamEventHandler: (
  args: Parameters<typeof useStreamEvent>[0],
  dependencies?: DependencyList,
) => void = useStreamEvent;
