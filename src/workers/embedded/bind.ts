import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalError } from '../../domain/errors.js';

/**
 * Milliseconds that a taken port is waited for. The default port lies in the range that systems lend to outgoing
 * connections, so it may be held by one that is about to go.
 */
const PATIENCE = 5_000;
const RETRY_EVERY = 200;

export interface BindTarget {
  readonly host: string;
  /** 0 = any free port */
  readonly port: number;
  /** @default 5000 */
  readonly patienceMs?: number;
}

/**
 * Binds the server, and answers with the address that it got.
 *
 * @throws LocalError `port_taken`, `listen_failed`
 */
export async function bind(
  server: Server,
  { host, port, patienceMs = PATIENCE }: BindTarget,
): Promise<AddressInfo> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const error = await attempt(server, host, port);
    if (error === undefined) return server.address() as AddressInfo;
    const isTaken = error.code === 'EADDRINUSE';
    if (isTaken && performance.now() < end) {
      await delay(RETRY_EVERY);
      continue;
    }
    if (isTaken) {
      throw new LocalError(
        'port_taken',
        `port ${port} on ${host} is taken; choose another for the engine endpoint (engine.port)`,
      );
    }
    throw new LocalError('listen_failed', `cannot listen on ${host} port ${port}: ${error.message}`, {
      cause: error,
    });
  }
}

function attempt(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const settle = (error?: NodeJS.ErrnoException): void => {
      server.off('error', settle);
      server.off('listening', settle);
      resolve(error);
    };
    server.once('error', settle);
    server.once('listening', settle);
    server.listen(port, host);
  });
}

/** The URL of a bound address. */
export function urlOf({ address, port, family }: AddressInfo): string {
  return `ws://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
