export { isAdminPortUnchosen } from './check.js';
export type { ConfigDiff, LivePart, RestartPart } from './diff.js';
export { diffConfig } from './diff.js';
export type { Live } from './live-config.js';
export { LiveConfig } from './live-config.js';
export { loadConfig, parseConfig } from './load-config.js';
export type { Config } from './types.js';
export type { ConfigWatch, WatchOptions } from './watch.js';
export { watchConfig } from './watch.js';
