import type { Config } from '../../generated/config.js';

/** What the engine looks up at each call, so that a configuration change applies at once. */
export interface Settings {
  readonly authFunction: string | undefined;
  readonly limits: Config['limits'];
}
