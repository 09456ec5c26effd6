import type { Config, Live } from '../config/index.js';
import type { Heartbeat } from '../net/heartbeat.js';
import type { Logger } from '../observability/logger.js';
import type { GroupReader, SubscriptionService } from '../service/service-port.js';
import type { SocketConfig, SocketCounters } from '../socket/runtime.js';
import type { StallWatch } from '../socket/stall-watch.js';

/** What of the configuration requests follow. */
export type HttpConfig = SocketConfig & Pick<Config, 'http'>;

/** What all replies of a door share. */
export interface HttpRuntime {
  readonly config: Live<HttpConfig>;
  readonly service: SubscriptionService;
  readonly reads: GroupReader;
  readonly logger: Logger;
  /** Event streams count as connections. */
  readonly counters: SocketCounters;
  readonly stalls: StallWatch;
  readonly heartbeat: Heartbeat;
}
