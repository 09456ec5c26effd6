import type { Config, Live } from '../config/index.js';
import type { Logger } from '../observability/logger.js';
import type { SubscriptionService } from '../service/service-port.js';

/** What of the configuration stream sockets follow. */
export type SocketConfig = Pick<Config, 'limits' | 'allowed_origins' | 'auth_function'> &
  Partial<Pick<Config, 'trusted_proxies' | 'path_prefix'>>;

/** Counters that the server keeps; read by the metrics. */
export interface SocketCounters {
  /** Connections that became a WebSocket. */
  opened: number;
  /** Upgrades that were refused over HTTP, or closed with a reason, instead, for whatever reason. */
  refused: number;
  /** Those of them that the auth function refused, or that it could not be asked about. */
  authRefused: number;
  /** Messages that got an error in reply, and frames that broke the WebSocket protocol. */
  errors: number;
  /** Connections closed because they took nothing for too long. */
  slowConsumers: number;
  /** Connections dropped because they showed no life. */
  lost: number;
}

export const newCounters = (): SocketCounters => ({
  opened: 0,
  refused: 0,
  authRefused: 0,
  errors: 0,
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
