import type { Config, Live } from '../config/index.js';
import type { TraceContext } from '../domain/change.js';
import type { Store } from '../store/port.js';
import type { CustomStreams } from './custom-streams.js';
import type { Lifetimes } from './lifetimes.js';
import type { Owners } from './owners.js';

/** What of the configuration the service follows. */
export type ServiceConfig = Pick<Config, 'limits' | 'auth_function' | 'presence' | 'streams'>;

/** What the functions work with. */
export interface FunctionContext {
  readonly store: Store;
  readonly custom: CustomStreams;
  readonly owners: Owners;
  readonly lifetimes: Lifetimes;
  readonly config: Live<ServiceConfig>;
}

/** What comes with one call. */
export interface CallContext {
  readonly trace: TraceContext | undefined;
}
