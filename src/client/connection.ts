import { SOCKET_MESSAGE, SUBPROTOCOL } from '../../generated/constants.js';
import type { ClientMessage, ServerMessage } from '../../generated/socket.js';
import { failure } from './failure.js';
import type { ReadOptions } from './options.js';
import type { ConnectionStatus, StreamClientError, WebSocketLike } from './types.js';

/** Milliseconds for a token and a handshake: an auth function may take 10 s. */
const CONNECT_WITHIN = 30_000;
/** Milliseconds of silence after which the server is asked whether it is there, and that it has to answer. */
const PING_AFTER = 25_000;
const PONG_WITHIN = 10_000;
/** Milliseconds of being open after which the next loss is a first one. */
const STEADY = 10_000;

/** Close codes that a retry will not mend: 1008, and refusals with an HTTP status below 429 (D32). */
const isTerminal = (code: number): boolean => code === 1_008 || (code >= 4_400 && code < 4_429);

/** The part of a page that tells when a connection is worth another look; outside of browsers there is none. */
interface Page {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
  readonly document?: { readonly hidden: boolean };
}
const page = globalThis as Page;

export interface ConnectionEvents {
  changed(status: ConnectionStatus): void;
  /** What it throws breaks the connection: the server said something that cannot be. */
  received(message: ServerMessage): void;
}

/**
 * One socket at a time, and another after it. What an older socket says is ignored.
 *
 * | state        | `start`    | open | closed, timeout, misfit | refused | timer             | seen again | `stop` |
 * | ------------ | ---------- | ---- | ----------------------- | ------- | ----------------- | ---------- | ------ |
 * | `idle`       | connecting |      |                         |         |                   |            | idle   |
 * | `connecting` |            | open | waiting                 | closed  | waiting           |            | idle   |
 * | `open`       |            |      | waiting                 | closed  | ping, then waiting | ping      | idle   |
 * | `waiting`    |            |      |                         |         | connecting        | connecting | idle   |
 * | `closed`     |            |      |                         |         |                   |            |        |
 *
 * `reconnect` leads from every state to `connecting`, `end` to `closed`.
 */
export function createConnection(
  { url, socket: Socket, token, parse, delay, warn }: ReadOptions,
  { changed, received }: ConnectionEvents,
) {
  let socket: WebSocketLike | undefined;
  /** Names the attempt: what belongs to another one is over. */
  let run = 0;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let openedAt = 0;
  /** When the connection that lasted was lost. */
  let lostAt = 0;
  let pings = false;
  let acknowledges = false;
  let status: ConnectionStatus = { state: 'idle' };

  const arm = (act?: () => void, ms?: number): void => {
    clearTimeout(timer);
    if (act) timer = setTimeout(act, ms);
  };
  const enter = (state: ConnectionStatus['state'], error?: StreamClientError): void => {
    status = { state, error };
    changed(status);
  };
  /** Leaves the socket behind. */
  const drop = (): number => {
    const old = socket;
    socket = undefined;
    run++;
    arm();
    old?.close();
    return run;
  };
  const lost = (error: StreamClientError): void => {
    const now = Date.now();
    if (attempt++ === 0 || now - openedAt > STEADY) {
      attempt = 1;
      lostAt = now;
    }
    drop();
    arm(connect, delay(now - lostAt));
    enter('waiting', error);
  };
  const end = (error: StreamClientError): void => {
    drop();
    enter('closed', error);
  };
  const send = (message: ClientMessage): void => {
    if (status.state === 'open') socket?.send(JSON.stringify(message));
  };
  const ping = (): void => {
    if (!pings) return;
    send({ type: SOCKET_MESSAGE.ping });
    arm(() => lost(failure('timeout')), PONG_WITHIN);
  };
  const take = (text: string): void => {
    arm(ping, PING_AFTER);
    try {
      const message = parse(text) as ServerMessage;
      if (message.type === SOCKET_MESSAGE.subscribed) {
        acknowledges = true;
        pings = message.ping === true;
      }
      received(message);
    } catch (error) {
      warn('bad_message', text);
      lost(failure('bad_message', error));
    }
  };
  const connect = async (): Promise<void> => {
    const mine = drop();
    openedAt = Number.POSITIVE_INFINITY;
    pings = acknowledges = false;
    arm(() => lost(failure('timeout')), CONNECT_WITHIN);
    enter('connecting');
    try {
      const value = await (typeof token === 'function' ? token({ attempt }) : token);
      if (mine !== run) return;
      socket = new Socket(url, value ? [SUBPROTOCOL.authorization, value] : []);
      wire(socket, mine);
    } catch (error) {
      if (mine === run) lost(failure('token_failed', error));
    }
  };
  const wire = (opening: WebSocketLike, mine: number): void => {
    opening.onopen = () => {
      if (mine !== run) return;
      openedAt = Date.now();
      arm(ping, PING_AFTER);
      enter('open');
    };
    opening.onmessage = ({ data }: { data: string }) => {
      if (mine === run) take(data);
    };
    opening.onclose = ({ code, reason }: { code: number; reason: string }) => {
      if (mine !== run) return;
      if (isTerminal(code)) end(failure(reason || `${code}`));
      else lost(failure('disconnected', `${code} ${reason}`));
    };
    // A close follows every error.
    opening.onerror = () => {};
  };
  /** The network is back, or somebody looks at the page again: after a sleep a socket only seems open. */
  const look = (): void => {
    if (page.document?.hidden) return;
    if (status.state === 'waiting') void connect();
    if (status.state === 'open') ping();
  };
  const events = ['online', 'visibilitychange'];
  for (const type of events) page.addEventListener?.(type, look);

  return {
    status: () => status,
    /** The server has shown that it answers joins with `subscribed`. */
    acknowledges: () => acknowledges,
    send,
    /** Something is observed. */
    start(): void {
      if (status.state === 'idle') void connect();
    },
    /** Nothing is observed any more. A refusal stays one. */
    stop(): void {
      if (status.state === 'closed') return;
      drop();
      enter('idle');
    },
    /** Tries now, as if for the first time. */
    reconnect(): void {
      attempt = 0;
      void connect();
    },
    close(error: StreamClientError): void {
      for (const type of events) page.removeEventListener?.(type, look);
      end(error);
    },
  };
}

export type Connection = ReturnType<typeof createConnection>;
