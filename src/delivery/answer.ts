import type { Cursor, Since, Snapshot } from '../domain/change.js';
import type { Subscription } from './subscription.js';
import type { FramedSync } from './sync-frames.js';

/** What a member still has to be given before it is live. */
export type Answer =
  /** For the answered subscriptions; `mark` is the first entry retained after the question. */
  | { readonly to: 'member'; readonly since: Since; readonly mark: number }
  | { readonly to: Subscription; readonly since: Since }
  | { readonly to: Subscription; readonly snapshot: Snapshot }
  /** A sync that is framed already. */
  | { readonly to: Subscription; readonly sync: FramedSync };

/** Where an answer brings its reader. */
export const standing = (answer: Answer): Cursor => {
  if ('sync' in answer) return answer.sync;
  if ('snapshot' in answer) return answer.snapshot;
  return answer.since.kind === 'changes' ? answer.since : answer.since.snapshot;
};
