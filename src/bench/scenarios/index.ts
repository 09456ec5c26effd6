import { APPEND } from './append.js';
import { DELIVERY } from './delivery.js';
import { FOOTPRINT } from './footprint.js';
import { HTTP } from './http.js';
import { REDIS } from './redis.js';
import { RPC } from './rpc.js';
import type { Scenario } from './scenario.js';
import { STORE } from './store.js';

export const SCENARIOS: readonly Scenario[] = [
  ...RPC,
  ...DELIVERY,
  ...REDIS,
  ...HTTP,
  ...FOOTPRINT,
  ...STORE,
  ...APPEND,
];
