import { DELIVERY } from './delivery.js';
import { RPC } from './rpc.js';
import type { Scenario } from './scenario.js';

export const SCENARIOS: readonly Scenario[] = [...RPC, ...DELIVERY];
