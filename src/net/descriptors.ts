import { closeSync, openSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { LimitedLog } from '../observability/limited-log.js';
import type { Logger } from '../observability/logger.js';

/** Descriptors that clients may never take: the store's files, workers, Redis, the admin listener, the process's own. */
const RESERVED = 256;
/** Connections beyond the sockets that clients may hold: each is told that there is no room, and closed. */
const TURNED_AWAY = 64;
/** Milliseconds between two looks. */
const LOOK_MS = 1_000;

/** Open files that this process may have; Infinity where the system does not tell. */
export const descriptorLimit: number = readLimit();

/** What clients may hold of `limit` descriptors. */
export const shareOf = (limit: number): number => limit - Math.min(RESERVED, Math.ceil(limit / 2));

/**
 * Sockets that all clients together may hold.
 *
 * @param configured `limits.max_sockets`; 0 = as many as the process may
 */
export const maxSockets = (configured: number, limit = descriptorLimit): number =>
  configured === 0 ? shareOf(limit) : Math.min(configured, shareOf(limit));

/** Connections that a listener for clients accepts before the system drops them without a word. */
export const maxConnections = (limit = descriptorLimit): number =>
  shareOf(limit) + Math.min(TURNED_AWAY, Math.floor(limit / 8));

/** Node raises the soft limit to the hard one when it starts, so that this is what holds. */
function readLimit(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Logs while no descriptor is free: the system then refuses connections, and tells nobody. */
export function watchDescriptors(logger: Logger): Disposable {
  const limited = new LimitedLog(logger);
  const look = (): void => {
    try {
      closeSync(openSync(devNull, 'r'));
    } catch (error) {
      const facts = { open_files: descriptorLimit, err: error };
      limited.write('error', 'descriptors', facts, 'no file descriptor is free: new connections are refused');
    }
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
