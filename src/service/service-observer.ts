import type { Change } from '../domain/change.js';
import type { InvocationCallback } from './service-port.js';

/** Is told what the service does; for metrics. Methods are cheap and don't throw. */
export interface ServiceObserver {
  /** Wraps the callback of a call of one of our functions, to time it. */
  timed(functionId: string, done: InvocationCallback): InvocationCallback;
  changed(change: Pick<Change, 'kind'>): void;
  /** What changed in one turn of the event loop was delivered `ms` after the first of it. */
  delivered(ms: number): void;
  triggerFired(): void;
  triggerFailed(): void;
  authFailed(): void;
}
