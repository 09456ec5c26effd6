import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalError } from '../domain/errors.js';

const RETRY_EVERY_MS = 200;

/** Where to listen. */
export interface BindTarget {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /**
   * Milliseconds that a taken port is waited for. A port of the range that systems lend to outgoing connections may be
   * held by one that is about to go.
   * @default 0
   */
  readonly waitMs?: number;
  /** What an error calls the listener. */
  readonly name: string;
  /** The configuration key that moves it. */
  readonly key: string;
}

/**
 * Binds a server, and returns the address that it got.
 *
 * @throws LocalError `port_taken`, `listen_failed`
 */
export async function bind(server: Server, target: BindTarget): Promise<AddressInfo> {
  const { host, port, waitMs = 0 } = target;
  const end = performance.now() + waitMs;
  for (;;) {
    const error = await attempt(server, host, port);
    if (error === undefined) return server.address() as AddressInfo;
    if (error.code !== 'EADDRINUSE' || performance.now() >= end) throw explained(error, target);
    await delay(RETRY_EVERY_MS);
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

function explained(cause: NodeJS.ErrnoException, { host, port, name, key }: BindTarget): LocalError {
  if (cause.code === 'EADDRINUSE') {
    const message = `port ${port} on ${host} is taken by another process; choose another \`${key}\` for ${name}`;
    return new LocalError('port_taken', message, { cause });
  }
  const message = `${name} cannot listen on ${host}:${port} (${cause.code ?? cause.message})`;
  return new LocalError('listen_failed', message, { cause });
}
