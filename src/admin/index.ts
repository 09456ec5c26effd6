export type { AdminOptions } from './options.js';
export { AdminServer } from './server.js';
