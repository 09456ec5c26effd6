import { connect } from 'node:net';
import type { Target } from './target.js';

/** Attempts before a target counts as gone: its backlog may be full for a moment. */
const ATTEMPTS = 3;
const PAUSE_MS = 200;

/** Why nobody listens at the target's addresses any more; undefined when somebody does. */
export async function unreachable(
  target: Pick<Target, 'engine' | 'stream'>,
  timeoutMs: number,
): Promise<string | undefined> {
  for (const url of [target.engine, target.stream]) {
    let reason = await refusal(url, timeoutMs);
    for (let left = ATTEMPTS - 1; reason !== undefined && left > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      reason = await refusal(url, timeoutMs);
    }
    if (reason !== undefined) return reason;
  }
  return undefined;
}

async function refusal(url: string, timeoutMs: number): Promise<string | undefined> {
  const { hostname, port, protocol } = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (protocol === 'wss:' ? 443 : 80)),
  });
  try {
    return await new Promise<string | undefined>((resolve) => {
      socket.setTimeout(timeoutMs, () => resolve(`${url} takes no connection within ${timeoutMs} ms`));
      socket.once('connect', () => resolve(undefined));
      socket.once('error', ({ message }) => resolve(`nobody listens at ${url}: ${message}`));
    });
  } finally {
    socket.destroy();
  }
}
