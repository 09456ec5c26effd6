import type { Functions } from './functions.js';
import type { Observers } from './observers/observers.js';
import type { Triggers } from './triggers.js';
import type { Worker } from './worker.js';
import type { WorkersAvailable } from './workers-available.js';

/** What the endpoint's own functions tell of. */
export interface EndpointState {
  readonly functions: Functions;
  readonly triggers: Triggers;
  readonly observers: Observers;
  readonly workers: ReadonlySet<Worker>;
  readonly presence: WorkersAvailable;
}
