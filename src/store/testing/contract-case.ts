import type { Store } from '../port.js';
import type { Recorder } from './recorder.js';

/** What a case wants of the store that it gets. */
export interface ContractOptions {
  /** The wall clock, in ms. @default Date.now */
  readonly now?: () => number;
  readonly tombstones?: { readonly maxPerGroup: number; readonly maxAgeMs: number };
}

/** What a case works with. */
export interface CaseContext {
  readonly store: Store;
  /** What the store told its listener. */
  readonly recorder: Recorder;
  /** Closes the store and opens it again; the recorder goes on. */
  reopen(): Promise<Store>;
}

/** One claim that every adapter has to meet. */
export interface ContractCase {
  readonly name: string;
  readonly options?: ContractOptions;
  /** True when it only makes sense for a store that outlives its process. */
  readonly durable?: boolean;
  run(context: CaseContext): Promise<void>;
}
