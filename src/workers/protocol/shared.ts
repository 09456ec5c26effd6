import type { Live } from '../../config/index.js';
import { Heartbeat } from '../../net/heartbeat.js';
import { Deadlines } from './deadlines.js';
import { CallBudget } from './pending.js';
import {
  DEFAULT_BOUNDS,
  type WorkerBounds,
  type WorkersConfig,
  type WorkersOptions,
} from './workers-config.js';

/** What all connections of one side share. */
export class Shared {
  readonly config: Live<WorkersConfig>;
  readonly bounds: Required<WorkerBounds>;
  readonly budget: CallBudget;
  readonly deadlines = new Deadlines();
  readonly heartbeat: Heartbeat;

  constructor({ config, bounds }: WorkersOptions) {
    this.config = config;
    this.bounds = { ...DEFAULT_BOUNDS, ...bounds };
    this.budget = new CallBudget(() => config.current.limits.max_pending_invocations);
    this.heartbeat = new Heartbeat(() => config.current.limits.heartbeat_interval_ms);
  }

  close(): void {
    this.deadlines.close();
    this.heartbeat.close();
  }
}
