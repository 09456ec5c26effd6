import type { SOCKET_MESSAGE } from '../../generated/constants.js';
import type { ServerMessage, StreamEvent, StreamMessage, SubscribedMessage } from '../../generated/socket.js';
import type {
  ConnectionStatus,
  GroupHandle,
  ItemView,
  Observable,
  Persist,
  StreamClientError,
  StreamClientEvent,
  Unsubscribe,
} from './types.js';

// Names that begin with `_` are the client's own: the bundle has short ones for them (see scripts/client).

/** An error with a stable code. */
export const failure = (code: string, detail: unknown = code): StreamClientError =>
  Object.assign(Error(detail as string), { code });

/** The functions of one observer, each in the place of what it is told; see `TOLD`. */
export type Observer<Told extends readonly unknown[]> = {
  readonly [At in keyof Told]?: ((value: Told[At]) => void) | undefined;
};

/** What a group tells its observers. */
export type GroupObserver = Observer<readonly [view: ItemView, event: StreamClientEvent, dropped: number]>;

export type Timer = ReturnType<typeof setTimeout> | undefined;

/** What a client does with a group that is observed. */
export interface Group extends Observable<ItemView>, Pick<GroupHandle, 'get' | 'item'> {
  /** The connection's status is another one. */
  _moved(): void;
  _join(): void;
  /** Takes what may be about this group. What it throws cannot be: it breaks the connection. */
  _take(message: Incoming): void;
  _observe(...observer: GroupObserver): Unsubscribe;
  _view(): ItemView;
  _get: GroupHandle['get'];
}

/** What the groups of a client share. */
export interface Core {
  /** What is observed, by its key. */
  readonly _groups: Map<string, Group>;
  readonly _persist: Persist | undefined;
  readonly _leaveAfterMs: number;
  _status: ConnectionStatus;
  /** The last acknowledgement on this socket: the server knows them, and may offer pings. */
  _ack: Incoming | undefined;
  /** Says each kind of thing once. */
  _warn(code: string, detail: unknown): void;
  /** Does something of the app's; what that throws or rejects with is a warning. */
  _guard(code: string, use: () => unknown): Promise<void>;
  _tell<Told extends readonly unknown[], At extends keyof Told>(
    observers: Iterable<Observer<Told>>,
    at: At,
    value: Told[At],
  ): void;
  /** Adds an observer, which is told its first value at once. `left` is called when it has ended. */
  _add<Told extends readonly unknown[]>(
    observers: Set<Observer<Told>>,
    observer: Observer<Told>,
    value: Told[0],
    left?: () => void,
  ): Unsubscribe;
  /** Milliseconds until the next attempt, `awayMs` after the first loss (D45). */
  _delay(awayMs: number): number;
  /** Sends while there is a socket; otherwise whoever sends is called again when there is one. */
  _send(type: string, data?: object): void;
  /** Something is observed, or nothing any more. */
  _check(): void;
}

type FieldOf<Message, Name extends PropertyKey> = Message extends { readonly [Key in Name]?: infer Value }
  ? Value
  : never;
type Fields<Message> = {
  readonly [Name in Message extends unknown ? keyof Message : never]?: FieldOf<Message, Name> | undefined;
};

/** A message as it came: nothing of it is sure. */
export interface Incoming extends Omit<Fields<ServerMessage>, 'event' | 'type'> {
  readonly type: string;
  readonly event?: (Omit<Fields<StreamEvent>, 'type'> & { readonly type: string }) | undefined;
}

type Tags = typeof SOCKET_MESSAGE;
type Undecided<Tag extends never> = Tag;
/** Fails to compile when the server sends a message that nobody has decided about here. A pong shows life, whatever it is. */
export type UndecidedMessages = Undecided<
  Exclude<ServerMessage['type'], Tags['subscribed' | 'stream' | 'dropped' | 'error' | 'pong']>
>;

/** Fails to compile when the protocol grows a field that nobody has decided about here. */
type Decided<Known extends PropertyKey, All extends Known> = All;
export type DecidedFields = [
  Decided<
    'type' | 'timestamp' | 'streamName' | 'groupId' | 'id' | 'event' | 'created' | 'seq' | 'epoch' | 'more',
    keyof StreamMessage
  >,
  // `reason` says why a cursor was of no use; the sync replaces everything anyway. `multi` and `n` are not asked for.
  Decided<
    | 'type'
    | 'subscriptionId'
    | 'streamName'
    | 'groupId'
    | 'id'
    | 'mode'
    | 'reason'
    | 'epoch'
    | 'seq'
    | 'ping'
    | 'multi'
    | 'n',
    keyof SubscribedMessage
  >,
];
