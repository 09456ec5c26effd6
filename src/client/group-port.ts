import type { ServerMessage } from '../../generated/socket.js';
import type { Connection } from './connection.js';
import type { Observer } from './observers.js';
import type { ReadOptions } from './options.js';
import type {
  ConnectionStatus,
  GroupHandle,
  ItemHandle,
  ItemView,
  SavedGroup,
  StreamItem,
  Unsubscribe,
} from './types.js';

/** What is subscribed to; without an `id` the whole group. */
export interface Address {
  readonly streamName: string;
  readonly groupId: string;
  readonly id?: string;
}

/** What the groups of a client share. */
export interface Core extends ReadOptions {
  readonly connection: Connection;
  /** What is observed, by its key. */
  readonly groups: Map<string, Group>;
  nextId(): string;
  open(streamName: string, groupId: string, id?: string, initial?: SavedGroup): Group;
}

/** What a client does with its groups. */
export interface Group {
  readonly handle: GroupHandle & ItemHandle;
  /** The key of the group that an item is in. */
  readonly parent: string | undefined;
  view(): ItemView;
  get(id: string): StreamItem | undefined;
  observe(observer: Observer): Unsubscribe;
  /** Takes what may be about this group. @throws Error for what cannot be */
  take(message: ServerMessage): void;
  /** The connection's state is another one. */
  connection(status: ConnectionStatus): void;
  join(): void;
  stop(): void;
}

/** Names an address; also where `persist` keeps it. */
export const keyOf = (streamName: string, groupId: string, id?: string | null): string =>
  JSON.stringify([streamName, groupId, id]);
