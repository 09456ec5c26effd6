import { SOCKET_MESSAGE } from '../../generated/constants.js';
import type {
  DroppedMessage,
  ErrorMessage,
  PongMessage,
  ServerMessage,
  SubscribedMessage,
} from '../../generated/socket.js';
import { createConnection } from './connection.js';
import { failure } from './failure.js';
import { createGroup } from './group.js';
import { type Core, type Group, keyOf } from './group-port.js';
import { readOptions } from './options.js';
import type { ConnectionStatus, GroupHandle, StreamClient, StreamClientOptions } from './types.js';

/**
 * A client of the stream socket: it resumes where it was, keeps groups in order, and shares one socket.
 *
 * @param url where the stream socket listens, e.g. `wss://example.org/`; http and https mean ws and wss
 * @throws TypeError that names an option which makes no sense
 */
export function createStreamClient<Streams = Record<string, unknown>>(
  url: string | URL,
  options: StreamClientOptions = {},
): StreamClient<Streams> {
  const read = readOptions(url, options);
  const groups = new Map<string, Group>();
  const listeners = new Set<(status: ConnectionStatus) => void>();
  let lastId = 0;
  const received = (message: ServerMessage): void => {
    if (message.type === SOCKET_MESSAGE.stream) {
      const { streamName, groupId, id } = message;
      groups.get(keyOf(streamName, groupId))?.take(message);
      if (id !== null) groups.get(keyOf(streamName, groupId, id))?.take(message);
    } else {
      message satisfies SubscribedMessage | ErrorMessage | DroppedMessage | PongMessage;
      for (const group of groups.values()) group.take(message);
    }
  };
  const changed = (status: ConnectionStatus): void => {
    for (const group of groups.values()) group.connection(status);
    for (const listener of [...listeners]) listener(status);
  };
  const connection = createConnection(read, { changed, received });
  const core: Core = {
    ...read,
    connection,
    groups,
    nextId: () => `${++lastId}`,
    open: (streamName, groupId, id, initial) =>
      groups.get(keyOf(streamName, groupId, id)) ?? createGroup(core, streamName, groupId, id, initial),
  };
  return {
    group: (streamName, groupId, initial) =>
      core.open(streamName, groupId, undefined, initial).handle as GroupHandle as GroupHandle<
        Streams[typeof streamName]
      >,
    status: connection.status,
    onStatus(listener) {
      const own = (status: ConnectionStatus) => {
        try {
          listener(status);
        } catch (error) {
          read.warn('listener_failed', error);
        }
      };
      listeners.add(own);
      own(connection.status());
      return () => void listeners.delete(own);
    },
    reconnect() {
      connection.reconnect();
      for (const group of groups.values()) group.join();
    },
    close() {
      connection.close(failure('closed'));
      for (const group of groups.values()) group.stop();
    },
  };
}
