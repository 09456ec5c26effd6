import type { Limits } from '../../generated/config.js';
import type { Logger } from '../observability/logger.js';
import type { Viewed } from './views.js';

export interface AdminOptions extends Viewed {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Looked up at each request. */
  readonly limits: () => Limits;
  readonly logger: Logger;
}
