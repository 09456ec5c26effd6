import type { TraceContext } from '../domain/change.js';
import type { Store } from '../store/port.js';
import type { CustomStreams } from './custom-streams.js';
import type { Settings } from './settings.js';

/** What the functions work with. */
export interface Parts {
  readonly store: Store;
  readonly custom: CustomStreams;
  readonly settings: () => Settings;
}

/** What comes with one call. */
export interface CallContext {
  readonly trace: TraceContext | undefined;
}
