import type { Logger } from '../../observability/logger.js';
import type { WorkersOptions } from '../protocol/workers-config.js';
import type { WorkerIdentity } from './registration.js';

export interface AttachedWorkersOptions extends WorkersOptions {
  /** `ws://` or `wss://` URL of the engine. */
  readonly url: string;
  readonly logger: Logger;
  readonly identity?: WorkerIdentity;
  /** Other instances of us may have our functions: they keep their data where we do. @default false */
  readonly isOneOfSeveral?: boolean;
  /** Milliseconds that a custom stream stays one after its worker went. @default 600000 */
  readonly customStreamKeptMs?: number;
}
