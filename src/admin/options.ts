import type { Config, Live } from '../config/index.js';
import type { Logger } from '../observability/logger.js';
import type { AccessConfig } from './access.js';
import type { Viewed } from './views.js';

export interface AdminOptions extends Viewed {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly config: Live<Pick<Config, 'limits'> & AccessConfig>;
  readonly logger: Logger;
}
