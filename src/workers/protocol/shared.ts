import type { Deadlines } from './deadlines.js';
import type { HostLimits } from './limits.js';
import type { CallBudget } from './pending.js';

/** What all connections of one host share. */
export interface Shared {
  readonly budget: CallBudget;
  readonly deadlines: Deadlines;
  readonly limits: HostLimits;
}
