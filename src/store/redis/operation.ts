import type { JsonText } from '../../../generated/json-text.js';
import type { TraceContext } from '../../domain/change.js';
import type { Committed, Mutation } from '../port.js';

/** Something asked of a group that has its place in the group's order. */
export interface Operation {
  /** Undefined for a message that addresses the group as a whole. */
  readonly item: string | undefined;
  readonly action: Mutation | { readonly kind: 'message'; readonly body: JsonText };
  /** Operations on distinct items that are to take effect all or none; its own item and action are unread then. */
  readonly parts?: readonly Operation[];
  readonly trace: TraceContext | undefined;
  /** What it holds in memory, roughly. */
  readonly bytes: number;
  /** Called once when it took effect: `at` is its timestamp in ms (0 when it changed nothing), `seq` the group's then. */
  readonly done: (committed: Committed, at: number, seq: number) => void;
  readonly failed: (error: unknown) => void;
}

const OVERHEAD = 200;

/** What an operation holds in memory until it has its reply. */
export function sizeOf({ item, action, parts }: Omit<Operation, 'bytes'>): number {
  if (parts !== undefined) return parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const value =
    action.kind === 'set' ? action.value.length : action.kind === 'message' ? action.body.length : 0;
  return OVERHEAD + (item?.length ?? 0) + value;
}
