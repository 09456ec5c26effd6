import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CatchingUp,
  type LiveState,
  type MemberEvent,
  type MemberState,
  type Paused,
  transition,
} from './member-state.js';

type Kind = MemberState['kind'];
type EventKind = MemberEvent['kind'];

const live: LiveState = { kind: 'live', slot: 3, told: 0 };
const paused: Paused = { kind: 'paused', cursor: 5, missedEvents: 1, isStale: false };
const catchingUp: CatchingUp = {
  kind: 'catchingUp',
  told: 0,
  base: -1,
  cursor: 5,
  missedEvents: 1,
  isStale: false,
  mark: 2,
  wait: { for: 'source' },
};
const STATES: { readonly [S in Kind]: Extract<MemberState, { kind: S }> } = {
  live,
  paused,
  catchingUp,
  left: { kind: 'left' },
};

const EVENTS: { readonly [E in EventKind]: Extract<MemberEvent, { kind: E }> } = {
  joined: { kind: 'joined', cursor: 9, mark: 7 },
  full: { kind: 'full', cursor: 9 },
  stopped: { kind: 'stopped' },
  drained: { kind: 'drained', mark: 7 },
  missedEvent: { kind: 'missedEvent' },
  missedChange: { kind: 'missedChange' },
  reset: { kind: 'reset', cursor: 9, mark: 7 },
  asked: { kind: 'asked' },
  resumed: { kind: 'resumed' },
  ahead: { kind: 'ahead', seq: 11, reply: undefined },
  caughtUp: { kind: 'caughtUp' },
  left: { kind: 'left' },
};

/** The event changes nothing: legal, or it does not come in this state. */
const SAME = 'same';
const LEFT: MemberState = { kind: 'left' };
const fresh = { missedEvents: 0, isStale: false, told: 0, base: -1, wait: { for: 'turn' } } as const;

const EXPECTED = {
  live: {
    joined: { ...fresh, kind: 'catchingUp', cursor: 9, mark: 7 },
    full: { kind: 'paused', cursor: 9, missedEvents: 0, isStale: false },
    stopped: SAME,
    drained: SAME,
    missedEvent: SAME,
    missedChange: SAME,
    reset: { ...fresh, kind: 'catchingUp', cursor: 9, mark: 7, isStale: true },
    asked: SAME,
    resumed: SAME,
    ahead: SAME,
    caughtUp: SAME,
    left: LEFT,
  },
  paused: {
    joined: SAME,
    full: SAME,
    stopped: SAME,
    drained: { ...fresh, kind: 'catchingUp', cursor: 5, mark: 7, missedEvents: 1 },
    missedEvent: { ...paused, missedEvents: 2 },
    missedChange: { ...paused, isStale: true },
    reset: { ...paused, isStale: true },
    asked: SAME,
    resumed: SAME,
    ahead: SAME,
    caughtUp: SAME,
    left: LEFT,
  },
  catchingUp: {
    joined: SAME,
    full: SAME,
    stopped: paused,
    drained: SAME,
    missedEvent: SAME,
    missedChange: SAME,
    reset: { ...catchingUp, isStale: true, wait: { for: 'turn' } },
    asked: { ...catchingUp, wait: { for: 'source' } },
    resumed: { ...catchingUp, wait: { for: 'turn' } },
    ahead: { ...catchingUp, wait: { for: 'feed', seq: 11, reply: undefined } },
    caughtUp: { kind: 'live', slot: -1, told: 0 },
    left: LEFT,
  },
  left: {
    joined: SAME,
    full: SAME,
    stopped: SAME,
    drained: SAME,
    missedEvent: SAME,
    missedChange: SAME,
    reset: SAME,
    asked: SAME,
    resumed: SAME,
    ahead: SAME,
    caughtUp: SAME,
    left: SAME,
  },
} as const satisfies Record<Kind, Record<EventKind, MemberState | typeof SAME>>;

for (const kind of Object.keys(STATES) as Kind[]) {
  test(`what each event makes of a member that is ${kind}`, () => {
    for (const event of Object.values(EVENTS)) {
      const state = STATES[kind];
      const before = structuredClone(state);
      const after = transition(state, event);
      const expected: MemberState | typeof SAME = EXPECTED[kind][event.kind];
      if (expected === SAME) assert.equal(after, state, event.kind);
      else assert.deepEqual(after, expected, event.kind);
      assert.deepEqual(state, before, `${event.kind} changed the state before it`);
    }
  });
}
