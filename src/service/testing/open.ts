import type { Config } from '../../../generated/config.js';
import { LiveConfig } from '../../config/index.js';
import { encodersOf } from '../../delivery/testing/harness.js';
import { jsonOf } from '../../domain/json-text.js';
import { Payload } from '../../domain/payload.js';
import { silentLogger } from '../../observability/logger.js';
import { LocalStore } from '../../store/local/local-store.js';
import type { ServiceConfig } from '../function-context.js';
import { Service } from '../service.js';
import type { JoinRequest } from '../service-port.js';
import { FakeFunctions } from './fake-functions.js';

const limits = {
  max_name_bytes: 16,
  max_depth: 4,
  max_frame_bytes: 1000,
  outbox_bytes: 1 << 20,
  auth_timeout_ms: 50,
  max_pending_invocations: 100,
} as Config['limits'];

/** Milliseconds between the end of a connection and that of its items. */
const GRACE = 30;

/** A service over a store in memory, and a way to call its functions as a worker would. */
export async function open<Functions extends FakeFunctions = FakeFunctions>(
  authFunction?: string,
  functions: Functions = new FakeFunctions() as Functions,
) {
  const store = await LocalStore.open({
    tombstones: { maxPerGroup: 10, maxAgeMs: 1e6 },
    maxQueuedBytes: 1e6,
  });
  const config = new LiveConfig({
    limits,
    auth_function: authFunction,
    streams: {},
    presence: { grace_ms: GRACE, lease_ms: 10_000 },
  } as ServiceConfig);
  const service = new Service({
    store,
    functions,
    encoders: encodersOf(),
    config,
    logger: silentLogger,
  });
  const call = (id: string, payload?: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const given = payload === undefined ? undefined : new Payload(jsonOf(payload));
      service.call(id, given, undefined, (failure, result) => {
        if (failure !== undefined) reject(Object.assign(new Error(failure.message), { code: failure.code }));
        else resolve(result === undefined ? undefined : JSON.parse(result));
      });
    });
  return { service, functions, store, config, call };
}

export const item = { stream_name: 's', group_id: 'g', item_id: 'i' };
export const join = (id: string, more: Partial<JoinRequest> = {}): JoinRequest => ({
  subscriptionId: id,
  stream: 's',
  group: 'g',
  item: undefined,
  since: undefined,
  withItems: false,
  ack: false,
  ...more,
});
export const trigger = (id: string, triggerType: string, functionId: string, config: unknown = {}) => ({
  id,
  triggerType,
  functionId,
  config,
});
