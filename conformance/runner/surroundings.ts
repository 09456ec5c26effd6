import type { Lacks } from '../capabilities.js';
import type { SilenceLog } from '../wire/waits.js';
import type { ConnectOptions } from '../wire/wiring.js';
import type { Targets } from './target.js';

/** What all cases of a run share. */
export interface Surroundings {
  readonly targets: Targets;
  readonly connect: ConnectOptions;
  readonly silence: SilenceLog;
  readonly lacks: Lacks;
  /** Functions are reached through an iii engine that the target is a worker of; only the stream socket is its own. */
  readonly isAttached: boolean;
}
