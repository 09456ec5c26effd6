import { EmbeddedHost, type EmbeddedHostOptions } from './host.js';

export type { HostLimits } from '../protocol/limits.js';
export type { EmbeddedHost, EmbeddedHostOptions } from './host.js';

/** An engine endpoint of our own. Nothing is bound before `listen`. */
export const createEmbeddedHost = (options: EmbeddedHostOptions): EmbeddedHost => new EmbeddedHost(options);
