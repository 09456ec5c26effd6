import type { Config as ConfigDocument } from '../../generated/config.js';

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A checked configuration with every default filled in. Frozen. */
export type Config = DeepReadonly<ConfigDocument>;
