import { COMMIT_SCRIPT } from './commit.js';
import { GENERATION_SCRIPT } from './generation.js';
import { DEPARTED_SCRIPT, ENDED_SCRIPT, LEASE_SCRIPT, TAKE_OVER_SCRIPT } from './lease.js';
import { DUE_GROUPS_SCRIPT, DUE_ITEMS_SCRIPT } from './lifetime.js';
import { CHANGES_SCRIPT, ITEM_SCRIPT, LIST_SCRIPT, PIECE_SCRIPT, SNAPSHOT_SCRIPT } from './read.js';
import type { Script } from './script.js';

/** Everything that Redis runs for the store. */
export const SCRIPTS: readonly Script[] = [
  COMMIT_SCRIPT,
  SNAPSHOT_SCRIPT,
  ITEM_SCRIPT,
  LIST_SCRIPT,
  PIECE_SCRIPT,
  CHANGES_SCRIPT,
  GENERATION_SCRIPT,
  DUE_GROUPS_SCRIPT,
  DUE_ITEMS_SCRIPT,
  LEASE_SCRIPT,
  ENDED_SCRIPT,
  TAKE_OVER_SCRIPT,
  DEPARTED_SCRIPT,
];
