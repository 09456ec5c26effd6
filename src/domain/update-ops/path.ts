import { RESERVED_NAME, UPDATE_BOUND, type UpdateOpErrorCode } from '../../../generated/constants.js';
import type { MergePath, UpdateOp } from '../../../generated/functions.js';

/** An op that works on what one path names, which need not be an object. */
export type TargetOp = Exclude<UpdateOp, { readonly type: 'merge' }>;

/** Why one op was skipped. */
export interface OpFailure {
  readonly code: UpdateOpErrorCode;
  readonly message: string;
}

const { pathSegments: MAX_SEGMENTS, segmentBytes: MAX_SEGMENT_BYTES } = UPDATE_BOUND;
/** Characters of a path in a message. */
const MAX_LABEL = 128;

/** Keys that reach a prototype in careless readers; refused as path segments and as keys of a merge value. */
export const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(Object.values(RESERVED_NAME));

/** Checks one segment; that of a path which is a string has the index 0. */
export function checkSegment(op: UpdateOp['type'], segment: string, index: number): OpFailure | undefined {
  if (segment === '') return { code: `${op}.path.empty_segment`, message: `Path segment ${index} is empty.` };
  if (PROTOTYPE_KEYS.has(segment)) {
    return {
      code: `${op}.path.proto_polluted`,
      message: `Path segment ${index} is '${segment}', a reserved name.`,
    };
  }
  if (segment.length * 3 <= MAX_SEGMENT_BYTES) return undefined;
  const bytes = new TextEncoder().encode(segment).length;
  if (bytes <= MAX_SEGMENT_BYTES) return undefined;
  const message = `Path segment ${index} is ${bytes} bytes long, at most ${MAX_SEGMENT_BYTES} are allowed.`;
  return { code: `${op}.path.segment_too_long`, message };
}

/** The literal segments of a path; none for the root. */
export function segmentsOf(path: MergePath | null | undefined): readonly string[] {
  if (path === undefined || path === null || path === '') return [];
  return typeof path === 'string' ? [path] : path;
}

/** What messages call a path: `root`, a field's name, or the JSON text of several segments. */
export function labelOf(segments: readonly string[]): string {
  const [first = 'root'] = segments;
  if (segments.length < 2) return first;
  const text = JSON.stringify(segments);
  return text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL)}…` : text;
}

/** Checks a path: its length first, then its segments from left to right. */
export function checkPath(op: UpdateOp['type'], segments: readonly string[]): OpFailure | undefined {
  if (segments.length > MAX_SEGMENTS) {
    const message = `Path has ${segments.length} segments, at most ${MAX_SEGMENTS} are allowed.`;
    return { code: `${op}.path.too_deep`, message };
  }
  for (const [index, segment] of segments.entries()) {
    const failure = checkSegment(op, segment, index);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
