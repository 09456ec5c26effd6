export type { ConfigDiff, LivePart, RestartPart } from './diff.js';
export { diffConfig } from './diff.js';
export type { Live } from './live.js';
export { LiveConfig } from './live.js';
export { loadConfig, parseConfig } from './load.js';
export type { Config } from './types.js';
export type { ConfigWatch, WatchOptions } from './watch.js';
export { watchConfig } from './watch.js';
