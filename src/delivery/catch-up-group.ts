import type { GroupAddress } from '../domain/change.js';
import type { Broadcast } from './broadcast.js';
import type { Feed } from './feed.js';
import type { Members } from './members.js';
import type { Source } from './port.js';

/** What catching up needs of its group. */
export interface CatchUpGroup {
  readonly at: GroupAddress;
  readonly n: number;
  readonly source: Source;
  readonly feed: Feed;
  readonly members: Members;
  readonly broadcast: Broadcast;
}
