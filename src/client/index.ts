export { createStreamClient } from './client.js';
export { indexedDbCache, localStorageCache, type StorageLike } from './persist.js';
export { presentIn } from './presence.js';
export type * from './types.js';
export { subscribeItem, whenSeq } from './watch.js';
