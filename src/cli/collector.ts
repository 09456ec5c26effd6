import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from making what a literal makes in its old generation at once, which it does where most of what the
 * literal made before lived long. Thousands of connections that were quiet since their join teach it that about the
 * lists of each connection's receiver and of each watched group. A busy one makes a new list per message; in the old
 * generation these would hold on to their messages, and these to bytes, until the next full collection.
 */
export function disableAllocationSitePretenuring(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
