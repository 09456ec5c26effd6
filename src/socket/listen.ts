import type { Server } from 'node:http';
import { LocalError } from '../domain/errors.js';

/** What the sentences of `listen` call a listener, and the key that moves it. */
export interface ListenerName {
  readonly name: string;
  readonly key: string;
}

const STREAM_SOCKET: ListenerName = { name: 'the stream socket', key: 'port' };

/**
 * Binds a server to an address.
 *
 * @throws LocalError `port_taken` or `listen_failed`, in one sentence
 */
export function listen(
  server: Server,
  host: string,
  port: number,
  name: ListenerName = STREAM_SOCKET,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(explained(error, host, port, name));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function explained(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  { name, key }: ListenerName,
): LocalError {
  if (error.code === 'EADDRINUSE') {
    const sentence = `port ${port} on ${host} is taken by another process; choose another \`${key}\` for ${name}`;
    return new LocalError('port_taken', sentence, { cause: error });
  }
  const sentence = `${name} cannot listen on ${host}:${port} (${error.code ?? error.message})`;
  return new LocalError('listen_failed', sentence, { cause: error });
}
