import type { Logger } from '../../observability/logger.js';
import type { WorkersOptions } from '../protocol/workers-config.js';
import type { WorkerIdentity } from './registration.js';

export interface AttachedWorkersOptions extends WorkersOptions {
  /** `ws://` or `wss://` URL of the engine. */
  readonly url: string;
  readonly logger: Logger;
  readonly identity?: WorkerIdentity;
}
