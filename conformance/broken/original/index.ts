import type { Damages } from '../defect.js';
import { together } from '../together.js';
import { callsOvertake, nullResultsAreDropped, traceContextIsDropped } from './calls.js';
import { emptyGroupsStay } from './groups.js';
import { presenceIsUnfiltered, unknownLeavesFire } from './presence.js';
import { laterTypesGetNoTriggers } from './trigger-types.js';

/** Makes a server that works drift from the documents as iii engine 0.11.6 does, and in no other way. */
export const drift = (): Damages =>
  together([
    emptyGroupsStay(),
    { refuses: (path) => (path.startsWith('/stream/') ? 404 : undefined), hidesSubprotocol: true },
    unknownLeavesFire(),
    presenceIsUnfiltered(),
    nullResultsAreDropped(),
    callsOvertake(),
    traceContextIsDropped(),
    laterTypesGetNoTriggers(),
  ]);

/** What such a server fails of the profile `documented`, as a running target, in the order of the suite. */
export const DRIFTS: readonly string[] = [
  'functions/a-group-without-items-is-not-listed',
  'functions/list-all-leaves-out-a-stream-without-items',
  'socket/a-path-subscribes-to-its-group',
  'socket/a-browser-that-offers-a-token-is-answered-with-authorization',
  'triggers/a-condition-of-a-join-skips-its-handler',
  'triggers/join-fires-only-for-its-stream',
  'triggers/leave-of-an-unknown-subscription-fires-nothing',
  'triggers/leave-fires-only-for-its-stream',
  'worker-protocol/any-json-travels-both-ways',
  'worker-protocol/a-get-sees-the-fire-and-forget-set-before-it',
  'worker-protocol/calls-of-one-worker-take-effect-in-their-order',
  'worker-protocol/the-trace-context-travels-with-a-call',
  'worker-protocol/a-trigger-waits-for-its-type',
];
