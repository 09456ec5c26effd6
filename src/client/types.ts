import type { SinceCursor } from '../../generated/socket.js';

/** One item of a group. The object stays the same until the item changes. */
export interface StreamItem<T = unknown> {
  readonly id: string;
  /** The seq of the item's last change; 0 when the server does not number changes. */
  readonly rev: number;
  readonly data: T;
}

/**
 * How a view relates to the server. `idle`: nobody observes it. `loading`: there is nothing to show yet. `live`: it is
 * what the server has, and changes follow. `stale`: the items are from before; changes come when the connection is back.
 * `error`: it ended, see the view's `error`.
 */
export type ViewStatus = 'idle' | 'loading' | 'live' | 'stale' | 'error';

/**
 * Why something ended or did not work. `code` is stable: a `SocketErrorCode` of the server, the reason of its close
 * frame (such as `unauthorized`) or else the close code (`1006`), or one of the client's own: `closed` (the client was
 * closed), `timeout` (no reply to a ping, or no socket within 30 s), `token` (the token function, or the constructor of the
 * socket, failed), `bad_message` (see the warning of this name).
 */
export interface StreamClientError extends Error {
  readonly code: string;
}

/** What a group looks like at one moment: the same object until something changed. */
export interface GroupView<T = unknown> {
  readonly status: ViewStatus;
  /** In the order of their creation. The same array until an item changed. */
  readonly items: readonly StreamItem<T>[];
  /** Together with `seq`, where in the group's history this view stands; '' while it is unknown. */
  readonly epoch: string;
  readonly seq: number;
  /** Why the status is `error`, or why the connection is away. */
  readonly error?: StreamClientError | undefined;
}

/** What one item looks like at one moment. */
export interface ItemView<T = unknown> extends GroupView<T> {
  /** Absent: there is no such item, or it is not known yet (see `status`). */
  readonly item: StreamItem<T> | undefined;
}

/** The state of a group at a cursor: what a cache keeps, and what the HTTP snapshot of a group returns. */
export interface SavedGroup<T = unknown> extends SinceCursor {
  readonly items: readonly StreamItem<T>[];
}

/** What `stream::send` sent. Events are not stored: who is not live misses them. */
export interface StreamClientEvent {
  /** The sender's own type. */
  readonly type: string;
  readonly data: unknown;
  /** The item that it concerns; null for the whole group. */
  readonly id: string | null;
  /** Milliseconds since the Unix epoch, by the server's clock. */
  readonly timestamp: number;
}

/** Ends what it was returned for. Calling it again does nothing. */
export type Unsubscribe = () => void;

/** What group and item handles have in common. A handle does no I/O until it is observed. */
export interface Observable<View> {
  /**
   * Observes it: joins on the first observer, leaves `leaveAfterMs` after the last. `listener` is called at once, and then
   * after each batch of changes. One that throws is reported as the warning `listener` and stops nobody else.
   */
  subscribe(listener: (view: View) => void): Unsubscribe;
  /** The view now. Without an observer it is `idle`. */
  getSnapshot(): View;
  /**
   * Calls `listener` with each custom event, after the changes before it; `dropped` with how many events the server says
   * that this client missed because it was slow. Observes the handle.
   */
  onEvent(listener: (event: StreamClientEvent) => void, dropped?: (count: number) => void): Unsubscribe;
}

/** A group. The handle of an address stays the same while it is observed. */
export interface GroupHandle<T = unknown> extends Observable<GroupView<T>> {
  /** The item as the view has it. Costs the same however many items there are. */
  get(id: string): StreamItem<T> | undefined;
  /**
   * One item of the group, with a subscription of its own: the rest of the group is not loaded for it.
   *
   * @param initial as of a group
   */
  item(id: string, initial?: SavedGroup<T>): ItemHandle<T>;
}

/** One item. */
export type ItemHandle<T = unknown> = Observable<ItemView<T>>;

/**
 * The socket. `idle`: nothing is observed. `connecting`: a token or a socket is awaited. `open`. `waiting`: for the next
 * attempt. `closed`: no attempt follows (`close()`, or a refusal that a retry will not mend), see `error`.
 */
export interface ConnectionStatus {
  readonly state: 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';
  readonly error?: StreamClientError | undefined;
}

/** The part of the WebSocket API that the client uses: a browser's own, that of Node ≥ 22, or the `ws` package's. */
export interface WebSocketLike {
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;
  send(text: string): void;
  close(): void;
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** Where views are kept between two visits. What it throws or rejects with becomes the warning `persist`. */
export interface Persist {
  /** What was saved under this key; undefined when there is nothing. The group joins when this has settled. */
  load(key: string): SavedGroup | undefined | Promise<SavedGroup | undefined>;
  /** Called at most once a second and group. */
  save(key: string, group: SavedGroup): void | Promise<void>;
}

export interface StreamClientOptions {
  /**
   * Sent as `Sec-WebSocket-Protocol: Authorization, <token>`. A function is asked before each attempt: `attempt` is 0 the
   * first time, and one more each time that there was no connection, or it was lost.
   */
  readonly token?:
    | string
    | ((about: { attempt: number }) => string | undefined | Promise<string | undefined>)
    | undefined;
  /** @default globalThis.WebSocket */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /**
   * Bounds of the milliseconds until the next attempt, which is made after a random 20 to 50 % of the time that the
   * connection has been away, and at once when the network is back or the page is looked at again. Below 1e9.
   *
   * @default {minMs: 250, maxMs: 20_000}
   */
  readonly backoff?: { readonly minMs?: number; readonly maxMs?: number } | undefined;
  readonly persist?: Persist | undefined;
  /** Milliseconds that a group stays joined without an observer; below 1e9. @default 5_000 */
  readonly leaveAfterMs?: number | undefined;
  /** Reads the text of a message. @default JSON.parse */
  readonly parse?: ((text: string) => unknown) | undefined;
  /**
   * Told once about each kind of thing that is wrong and that the client could mend.
   *
   * | code          | what                                                                | detail            |
   * | ------------- | ------------------------------------------------------------------- | ----------------- |
   * | `bad_message` | a message that cannot be; a full sync follows (D46)                 | its text          |
   * | `no_acks`     | a server without acknowledgements: each join is a full sync         | the group's key   |
   * | `listener`    | a listener of the app threw                                         | the error         |
   * | `persist`     | `persist` failed: nothing is kept, or was found                     | the error         |
   * | `ops_mismatch`| of `withOps`, each time: ops that are not for what is here, so that a full sync follows | the message |
   *
   * @default console.warn
   */
  readonly onWarning?: ((code: string, detail: unknown) => void) | undefined;
}

/** A client: one socket, whatever is observed on it. */
export interface StreamClient<Streams = Record<string, unknown>> {
  /**
   * @param initial what the server rendered (the HTTP snapshot of the group): shown as `stale` until the client has
   *   resumed from it
   */
  group<Name extends keyof Streams & string>(
    streamName: Name,
    groupId: string,
    initial?: SavedGroup<Streams[Name]>,
  ): GroupHandle<Streams[Name]>;
  /** `listener` is called at once and with each change. */
  onStatus(listener: (status: ConnectionStatus) => void): Unsubscribe;
  /** Tries again now; also after a terminal refusal, for instance when the user has logged in. */
  reconnect(): void;
  /** Ends everything: views end with the error `closed`. */
  close(): void;
}
