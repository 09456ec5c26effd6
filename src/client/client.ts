import { SOCKET_MESSAGE, SUBPROTOCOL } from '../../generated/constants.js';
import { MS } from './constants.js';
import { type Core, failure, type Group, type Incoming, type Observer, type Timer } from './core.js';
import { createGroup } from './group.js';
import type {
  ConnectionStatus,
  StreamClient,
  StreamClientError,
  StreamClientOptions,
  WebSocketConstructor,
  WebSocketLike,
} from './types.js';

type Ask = Exclude<StreamClientOptions['token'], string>;

/** The part of a page that tells when a connection is worth another look; outside of browsers there is none. */
type Page = Partial<Record<string, (type: string, listener: () => void) => void>>;

/**
 * A client of the stream socket: it resumes where it was, keeps groups in order, and shares one socket.
 *
 * One socket at a time, and another after it. What an older socket says is ignored.
 *
 * | state        | observed   | open | closed, timeout, misfit | refused | timer              | seen again | left |
 * | ------------ | ---------- | ---- | ----------------------- | ------- | ------------------ | ---------- | ---- |
 * | `idle`       | connecting |      |                         |         |                    |            |      |
 * | `connecting` |            | open | waiting                 | closed  | waiting            |            | idle |
 * | `open`       |            |      | waiting                 | closed  | ping, then waiting | ping       | idle |
 * | `waiting`    |            |      |                         |         | connecting         | connecting | idle |
 * | `closed`     |            |      |                         |         |                    |            |      |
 *
 * `reconnect` leads from every state to `connecting`, `close` to `closed`. A closure and no class: its variables become
 * single letters in a bundle, which is why options, connection and API are one.
 *
 * @param address of the stream socket, e.g. `wss://example.org/`
 * @throws TypeError that names an option which makes no sense
 */
export function createStreamClient<Streams = Record<string, unknown>>(
  address: string | URL,
  {
    token,
    WebSocket: Socket = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket,
    backoff: { minMs = 250, maxMs = 20_000 } = {},
    persist,
    leaveAfterMs = 5_000,
    parse = JSON.parse,
    onWarning = console.warn,
  }: StreamClientOptions = {},
): StreamClient<Streams> {
  const url = new URL(address);
  // Asks to be told why it was refused, which a browser would not see (D32).
  url.searchParams.set('explain', '1');
  // Each has to be a function, or milliseconds.
  for (const [name, value] of Object.entries({
    url: /^ws[^#]*$/.test(url.href) && failure,
    token: (token as string | undefined)?.trim ?? token ?? failure,
    // Node before 22 has none of its own.
    WebSocket: Socket,
    minMs,
    maxMs: maxMs - minMs,
    persist: persist ? (persist.load as unknown) && persist.save : failure,
    leaveAfterMs,
    parse,
    onWarning,
  })) {
    if (
      /Ms/.test(name) ? !((value as number) >= 0 && (value as number) < MS.max) : typeof value !== 'function'
    )
      throw TypeError('bad ' + name);
  }

  const groups = new Map<string, Group>();
  const listeners = new Set<Observer<[ConnectionStatus]>>();
  const warned = new Set<string>();
  let socket: WebSocketLike | undefined;
  /** Names the attempt: what belongs to another one is over. */
  let run = 0;
  let attempt = 0;
  let timer: Timer;
  let openedAt: number;
  /** When the connection that lasted was lost, or the first one, however short it was. */
  let lostAt: number | undefined;
  let state: ConnectionStatus['state'];

  const warn: Core['_warn'] = (code, detail) => {
    if (warned.size < warned.add(code).size) onWarning(code, detail);
  };
  const guard: Core['_guard'] = async (code, use) => {
    try {
      await use();
    } catch (error) {
      warn(code, error);
    }
  };
  const tell: Core['_tell'] = (observers, at, value) => {
    // Of a set, one that another one ended meanwhile is not called any more.
    for (const observer of observers) void guard('listener', () => observer[at]?.(value));
  };
  const arm = (act: () => void, ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };
  const move = (next: typeof state, error?: StreamClientError): void => {
    state = next;
    core._status = { state, error };
    for (const group of groups.values()) group._moved();
    tell(listeners, 0, core._status);
  };
  /** Leaves the socket behind. */
  const leave = (next: typeof state, error?: StreamClientError): void => {
    clearTimeout(timer);
    run++;
    core._ack = 0 as never;
    socket?.close();
    move(next, error);
  };
  const lost = (code = 'timeout', detail?: unknown): void => {
    const now = Date.now();
    if (!lostAt || now - openedAt > MS.steady) lostAt = now;
    // Not yet: far from now.
    openedAt = 1e99;
    attempt++;
    leave('waiting', failure(code, detail));
    arm(connect, core._delay(now - lostAt));
  };
  const ping = (): void => {
    if (!core._ack?.ping) return;
    core._send(SOCKET_MESSAGE.ping);
    arm(lost, MS.pong);
  };
  const take = ({ data: text }: { data: string }): void => {
    arm(ping, MS.silence);
    try {
      const message = parse(text) as Incoming;
      // Also throws for what is of no type.
      if (message.type.trim() === SOCKET_MESSAGE.subscribed) core._ack = message;
      for (const group of groups.values()) group._take(message);
    } catch {
      lost('bad_message');
      warn('bad_message', text);
    }
  };
  const connect = async (): Promise<void> => {
    leave('connecting');
    const mine = run;
    const on =
      <Event>(act: (event: Event) => void) =>
      (event: Event) =>
        mine === run && act(event);
    arm(lost, MS.connect);
    try {
      const value = (await ((token as string)?.trim ? token : (token as Ask)?.({ attempt }))) as string;
      if (mine !== run) return;
      socket = new (Socket as WebSocketConstructor)(
        url.href,
        value ? [SUBPROTOCOL.authorization, value] : [],
      );
      socket.onopen = on(() => {
        openedAt = Date.now();
        arm(ping, MS.silence);
        move('open');
      });
      socket.onmessage = on(take);
      socket.onclose = on(({ code, reason }: { code: number; reason: string }) => {
        // 1008, and refusals by an HTTP status below 420 (D32): a retry will not mend them.
        if (/^(1008|44[01])/.test(code as never)) leave('closed', failure(reason || code + ''));
        else lost(reason || code + '');
      });
      // A close follows every error.
      socket.onerror = failure;
    } catch (error) {
      if (mine === run) lost('token', error);
    }
  };
  /** The network is back, or somebody looks at the page again: after a sleep a socket only seems open. */
  const look = (): void => {
    if (state === 'waiting') void connect();
    else ping();
  };
  const listen = (how: 'add' | 'remove'): void => {
    ['online', 'visibilitychange'].map((type) =>
      (globalThis as unknown as Page)[how + 'EventListener']?.(type, look),
    );
  };
  const core = {
    _groups: groups,
    _persist: persist,
    _leaveAfterMs: leaveAfterMs,
    _warn: warn,
    _guard: guard,
    _tell: tell,
    _add(observers, observer, value, left) {
      tell([observer], 0 as never, value as never);
      observers.add(observer);
      return () => observers.delete(observer) && left?.();
    },
    // 20 to 50 % of the time away: clients that lost one server come back spread over half the time that it was away.
    _delay: (awayMs) => (1 - 0.6 * Math.random()) * Math.min(maxMs, Math.max(minMs, awayMs / 2)),
    _send(type, data) {
      if (state === 'open') socket!.send(JSON.stringify({ type, data }));
    },
    _check() {
      if (state === 'idle') void connect();
      // A refusal stays one.
      else if (!(groups.size || state === 'closed')) leave('idle');
    },
  } as Omit<Core, '_status' | '_ack'> as Core;

  move('idle');
  listen('add');
  return {
    group: (streamName, groupId, initial) =>
      createGroup(core, streamName, groupId, null, initial) as Group as never,
    onStatus: (listener) => core._add(listeners, [listener], core._status),
    reconnect() {
      attempt = openedAt = 0;
      void connect();
      for (const group of groups.values()) group._join();
    },
    close() {
      listen('remove');
      leave('closed', failure('closed'));
    },
  };
}
