import type { Cursor, Since, Snapshot } from '../domain/change.js';
import type { Paging } from './pieces.js';
import type { Subscription } from './port.js';
import type { EncodedSync } from './sync-cache.js';

/*
 *                joined, reset                  stopped: its outlet is full
 *         ┌──────────────────────────┐   ┌──────────────────────────────┐
 *         │                          ▼   │                              ▼
 *       Live ◄──── caughtUp ──── CatchingUp ◄──── drained ────────── Paused
 *         │                                                             ▲
 *         └──────────────────── full: its outlet is full ───────────────┘
 *
 * Each of them ends in Left.
 */

/** What the source replied for a member. */
export type Reply =
  /** For its synced subscriptions; `mark` is the first entry retained after the question. */
  | { readonly to: 'member'; readonly since: Since; readonly mark: number }
  | { readonly to: Subscription; readonly since: Since }
  | { readonly to: Subscription; readonly snapshot: Snapshot }
  /** The next piece of a sync. */
  | { readonly to: Subscription; readonly piece: Paging }
  /** A sync that is encoded already. */
  | { readonly to: Subscription; readonly sync: EncodedSync };

/** Where a reply brings its reader, and when: ms. */
export const cursorOf = (reply: Reply): Cursor & { readonly timestamp: number } => {
  if ('sync' in reply) return reply.sync;
  if ('piece' in reply) return reply.piece.snapshot;
  if ('snapshot' in reply) return reply.snapshot;
  return reply.since.kind === 'changes' ? reply.since : reply.since.snapshot;
};

/** It is pushed every message that concerns it. */
export interface LiveState {
  readonly kind: 'live';
  /** Its place among the group members of its variant; -1 for one that is pushed by item. */
  slot: number;
  /** ms; the timestamp of its newest reply, 0 = none. An event that is not newer came before it. */
  readonly told: number;
}

/** What a member that is not live was told, and what it missed. */
interface Behind {
  /** It holds everything up to this seq. */
  cursor: number;
  /** Custom events that it missed. */
  missedEvents: number;
  /** It missed a change that has no seq, so that only a full sync makes it right. */
  isStale: boolean;
}

/** Its outlet is full. */
export interface Paused extends Readonly<Behind> {
  readonly kind: 'paused';
}

/** What a member that catches up waits for. */
export type Wait =
  /** Nothing: it goes on, or goes on when a failed question is retried. */
  | { readonly for: 'turn' }
  | { readonly for: 'source' }
  /** The feed, which must first arrive at the member's cursor, or at that of the reply. */
  | { readonly for: 'feed'; readonly seq: number; readonly reply: Reply | undefined };

/** It is on the way to live. What it writes moves its cursor; what passes meanwhile is retained. */
export interface CatchingUp extends Behind {
  readonly kind: 'catchingUp';
  /** The first retained entry that it was not pushed. */
  mark: number;
  /** ms; the timestamp of its newest reply, 0 = none yet. An event that is not newer came before it. */
  told: number;
  /** The seq of its newest reply, -1 = none yet: it holds what was there then. */
  base: number;
  readonly wait: Wait;
}

/** It has no subscriptions any more. */
export interface Left {
  readonly kind: 'left';
}

export type MemberState = LiveState | Paused | CatchingUp | Left;

/** Up to where a live member was pushed, and where what it is not pushed begins to be retained. */
interface Position {
  readonly cursor: number;
  readonly mark: number;
}

export type MemberEvent =
  /** A subscription was added, which waits for its first reply. */
  | ({ readonly kind: 'joined' } & Position)
  /** The outlet is full. */
  | { readonly kind: 'full'; readonly cursor: number }
  /** Catching up came to where the outlet is full. */
  | { readonly kind: 'stopped' }
  /** The outlet has room again. Entries from `mark` on follow the cursor; -1 = only the source knows what does. */
  | { readonly kind: 'drained'; readonly mark: number }
  /** A message without seq passed. */
  | { readonly kind: 'missedEvent' }
  | { readonly kind: 'missedChange' }
  /** No message leads from where it is to where the group is. */
  | ({ readonly kind: 'reset' } & Position)
  | { readonly kind: 'asked' }
  /** The source replied or failed to, or the feed arrived. */
  | { readonly kind: 'resumed' }
  /** Its cursor, or that of the reply, is ahead of the feed. */
  | { readonly kind: 'ahead'; readonly seq: number; readonly reply: Reply | undefined }
  | { readonly kind: 'caughtUp' }
  | { readonly kind: 'left' };

const TURN: Wait = { for: 'turn' };
const SOURCE: Wait = { for: 'source' };
const LEFT: Left = { kind: 'left' };

const catchingUp = (cursor: number, mark: number, isStale: boolean): CatchingUp => ({
  kind: 'catchingUp',
  cursor,
  mark,
  missedEvents: 0,
  isStale,
  told: 0,
  base: -1,
  wait: TURN,
});
const paused = ({ cursor, missedEvents, isStale }: Behind): Paused => ({
  kind: 'paused',
  cursor,
  missedEvents,
  isStale,
});
const left = (): Left => LEFT;
/** The event changes nothing in this state. */
const stays = <S extends MemberState>(state: S): S => state;
/** The event does not come in this state. */
const never = stays;

type Transitions = {
  readonly [S in MemberState['kind']]: {
    readonly [E in MemberEvent['kind']]: (
      state: Extract<MemberState, { kind: S }>,
      event: Extract<MemberEvent, { kind: E }>,
    ) => MemberState;
  };
};

const TRANSITIONS = {
  live: {
    joined: (_, { cursor, mark }) => catchingUp(cursor, mark, false),
    full: (_, { cursor }) => paused({ cursor, missedEvents: 0, isStale: false }),
    stopped: never,
    drained: stays,
    missedEvent: never,
    missedChange: never,
    reset: (_, { cursor, mark }) => catchingUp(cursor, mark, true),
    asked: never,
    resumed: never,
    ahead: never,
    caughtUp: never,
    left,
  },
  paused: {
    joined: stays,
    full: stays,
    stopped: never,
    drained: (state, { mark }) => ({
      ...catchingUp(state.cursor, mark, state.isStale),
      missedEvents: state.missedEvents,
    }),
    missedEvent: (state) => ({ ...state, missedEvents: state.missedEvents + 1 }),
    missedChange: (state) => ({ ...state, isStale: true }),
    reset: (state) => ({ ...state, isStale: true }),
    asked: never,
    resumed: never,
    ahead: never,
    caughtUp: never,
    left,
  },
  catchingUp: {
    joined: stays,
    // It looks for itself before each step.
    full: stays,
    stopped: paused,
    drained: stays,
    // Retained.
    missedEvent: stays,
    missedChange: stays,
    // A reply to what was asked before does not lead there either.
    reset: (state) => ({ ...state, isStale: true, wait: TURN }),
    asked: (state) => ({ ...state, wait: SOURCE }),
    resumed: (state) => ({ ...state, wait: TURN }),
    ahead: (state, { seq, reply }) => ({ ...state, wait: { for: 'feed', seq, reply } }),
    caughtUp: ({ told }) => ({ kind: 'live', slot: -1, told }),
    left,
  },
  left: {
    joined: never,
    full: stays,
    stopped: stays,
    drained: stays,
    missedEvent: stays,
    missedChange: stays,
    reset: stays,
    asked: stays,
    resumed: stays,
    ahead: stays,
    caughtUp: stays,
    left: stays,
  },
} satisfies Transitions;

/** The state of a new member: nothing was told to it yet. */
export const newMember = (): CatchingUp => catchingUp(-1, 0, false);

/** The state after an event: another object when anything changed. */
export function transition(state: MemberState, event: MemberEvent): MemberState {
  const apply = TRANSITIONS[state.kind][event.kind] as (
    state: MemberState,
    event: MemberEvent,
  ) => MemberState;
  return apply(state, event);
}
