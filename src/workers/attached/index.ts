import { AttachedHost, type AttachedHostOptions } from './host.js';

export type { HostLimits } from '../protocol/limits.js';
export type { AttachedHost, AttachedHostOptions, AttachedState } from './host.js';
export type { WorkerIdentity } from './registration.js';

/**
 * A host that is a worker of a running iii engine. Nothing connects before `listen`.
 *
 * @throws LocalError `engine_url`
 */
export const createAttachedHost = (options: AttachedHostOptions): AttachedHost => new AttachedHost(options);
