import type { StreamClientOptions, WebSocketConstructor } from './types.js';

const isMs = (value: number): boolean => value >= 0 && value < 2 ** 31;
const isCall = (value: unknown): boolean => typeof value === 'function';

/** The options with their defaults. @throws TypeError */
export function readOptions(
  address: string | URL,
  {
    token,
    WebSocket: socket = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket,
    backoff: { minMs = 250, maxMs = 20_000 } = {},
    persist,
    leaveAfterMs = 5_000,
    parse = JSON.parse,
    onWarning = console.warn,
  }: StreamClientOptions,
) {
  const url = new URL(address, (globalThis as { location?: URL }).location?.href);
  url.protocol = url.protocol.replace('http', 'ws');
  // Asks to be told why it was refused, which a browser would not see (D32).
  url.searchParams.set('explain', '1');
  url.hash = '';
  const faults = {
    url: !url.protocol.startsWith('ws'),
    token: token && typeof token !== 'string' && !isCall(token),
    // Node before 22 has none of its own.
    WebSocket: !isCall(socket),
    backoff: !isMs(minMs) || !isMs(maxMs) || minMs > maxMs,
    persist: persist && !(isCall(persist.load) && isCall(persist.save)),
    leaveAfterMs: !isMs(leaveAfterMs),
    parse: !isCall(parse),
    onWarning: !isCall(onWarning),
  };
  for (const [name, isFault] of Object.entries(faults)) if (isFault) throw new TypeError(`bad ${name}`);
  const warned = new Set<string>();
  return {
    url: url.href,
    token,
    socket: socket as WebSocketConstructor,
    persist,
    parse,
    leaveAfterMs,
    /**
     * Milliseconds until the next attempt, `awayMs` after the first loss: 20 to 50 % of that, within the bounds. Clients
     * that lost one server come back spread over about half the time that it was away (D45).
     */
    delay: (awayMs: number) => (0.4 + 0.6 * Math.random()) * Math.min(maxMs, Math.max(minMs, awayMs / 2)),
    /** Says each kind of thing once. */
    warn(code: string, detail: unknown): void {
      if (warned.has(code)) return;
      warned.add(code);
      onWarning(code, detail);
    },
  };
}
export type ReadOptions = ReturnType<typeof readOptions>;
