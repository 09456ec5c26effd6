import type { Server } from 'node:http';
import { LocalError } from '../domain/errors.js';

/**
 * Binds a server to an address.
 *
 * @throws LocalError `port_taken` or `listen_failed`, in one sentence
 */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(explained(error, host, port));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): LocalError {
  if (error.code === 'EADDRINUSE') {
    const sentence = `port ${port} on ${host} is taken by another process; choose another \`port\` for the stream socket`;
    return new LocalError('port_taken', sentence, { cause: error });
  }
  const sentence = `the stream socket cannot listen on ${host}:${port} (${error.code ?? error.message})`;
  return new LocalError('listen_failed', sentence, { cause: error });
}
