import { randomBytes } from 'node:crypto';

/** A name for a new incarnation of a group; used where the group has none yet. */
export const newEpoch = (): string => randomBytes(8).toString('hex');
