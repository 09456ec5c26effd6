export { createStreamClient } from './client.js';
export type * from './types.js';
