import type { InvocationFailure } from '../service-port.js';
import type { Trigger } from './registry.js';

/** Is told what triggers do; for logs and metrics. */
export interface TriggerObserver {
  fired(trigger: Trigger): void;
  failed(trigger: Trigger, failure: InvocationFailure): void;
}
