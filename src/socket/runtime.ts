import type { Config, Live } from '../config/index.js';
import { SentBytes } from '../net/sent-bytes.js';
import type { Logger } from '../observability/logger.js';
import { Tally } from '../observability/tally.js';
import type { SubscriptionService } from '../service/service-port.js';

/** What of the configuration stream sockets follow. */
export type SocketConfig = Pick<Config, 'limits' | 'allowed_origins' | 'auth_function'> &
  Partial<Pick<Config, 'trusted_proxies' | 'path_prefix'>>;

/** Counters that the server keeps; read by the metrics. */
export interface SocketCounters {
  /** Connections that became a WebSocket. */
  opened: number;
  /** Upgrades and requests that were refused over HTTP, or closed with a reason instead, by the refusal's code. */
  readonly refused: Tally;
  /** Those of them that the auth function refused, or that it could not be asked about. */
  authRefused: number;
  /** Messages that got an error in reply, by its code; frames that broke the WebSocket protocol are `protocol`. */
  readonly errors: Tally;
  /** Bytes sent to clients, over WebSocket and HTTP. */
  readonly sent: SentBytes;
  /** Connections closed because they took nothing for too long. */
  slowConsumers: number;
  /** Connections dropped because they showed no life. */
  lost: number;
}

export const newCounters = (): SocketCounters => ({
  opened: 0,
  refused: new Tally(),
  authRefused: 0,
  errors: new Tally(),
  sent: new SentBytes(),
  slowConsumers: 0,
  lost: 0,
});

/** What all connections of a server share. */
export interface Runtime {
  readonly config: Live<SocketConfig>;
  readonly service: SubscriptionService;
  readonly logger: Logger;
  readonly counters: SocketCounters;
}
