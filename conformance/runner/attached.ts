import { globToRegExp } from './glob.js';

/** What an iii engine between decides when the target is attached to it: the target cannot pass these. */
const CAUSES: Readonly<Record<string, string>> = {
  'worker-protocol/*': 'the worker protocol is the engine’s, which the target is a worker of',
  'socket/what-one-worker-sends-at-once-*': 'the engine runs the calls of one worker concurrently',
  'triggers/stream-fires-in-commit-order': 'the engine runs the calls of one worker concurrently',
  'triggers/handlers-run-in-commit-order-*': 'the engine runs the calls of one worker concurrently',
  'triggers/a-condition-decides-change-by-change': 'the engine runs the calls of one worker concurrently',
};

/** Why the engine between may fail a case, if it may. */
export function engineCause(caseId: string): string | undefined {
  return Object.entries(CAUSES).find(([glob]) => globToRegExp(glob).test(caseId))?.[1];
}
