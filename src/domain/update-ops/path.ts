import { RESERVED_NAME, UPDATE_BOUND, type UpdateOpErrorCode } from '../../../generated/constants.js';
import type { MergePath, UpdateOp } from '../../../generated/functions.js';

/** An op that works on the root or on one first-level field. */
export type TargetOp = Exclude<UpdateOp, { readonly type: 'merge' }>;

/** Why one op was skipped. */
export interface OpFailure {
  readonly code: UpdateOpErrorCode;
  readonly message: string;
}

const { pathSegments: MAX_SEGMENTS, segmentBytes: MAX_SEGMENT_BYTES } = UPDATE_BOUND;

/** Keys that reach a prototype in careless readers; refused as path segments and as keys of a merge value. */
export const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(Object.values(RESERVED_NAME));

function checkSegment(op: UpdateOp['type'], segment: string, index: number): OpFailure | undefined {
  if (PROTOTYPE_KEYS.has(segment)) {
    return {
      code: `${op}.path.proto_polluted`,
      message: `Path segment ${index} is '${segment}', a reserved name.`,
    };
  }
  if (segment.length * 3 <= MAX_SEGMENT_BYTES) return undefined;
  const bytes = Buffer.byteLength(segment);
  if (bytes <= MAX_SEGMENT_BYTES) return undefined;
  const message = `Path segment ${index} is ${bytes} bytes long, at most ${MAX_SEGMENT_BYTES} are allowed.`;
  return { code: `${op}.path.segment_too_long`, message };
}

/** Checks the path of every op but merge: one literal first-level field, or empty for the root. */
export const checkFieldPath = (op: UpdateOp['type'], path: string): OpFailure | undefined =>
  checkSegment(op, path, 0);

/** The literal segments of a merge path; none for the root. */
export function mergeSegments(path: MergePath | null | undefined): readonly string[] {
  if (path === undefined || path === null || path === '') return [];
  return typeof path === 'string' ? [path] : path;
}

/** Checks a merge path: its length first, then its segments from left to right. */
export function checkMergePath(segments: readonly string[]): OpFailure | undefined {
  if (segments.length > MAX_SEGMENTS) {
    const message = `Path has ${segments.length} segments, at most ${MAX_SEGMENTS} are allowed.`;
    return { code: 'merge.path.too_deep', message };
  }
  for (const [index, segment] of segments.entries()) {
    if (segment === '')
      return { code: 'merge.path.empty_segment', message: `Path segment ${index} is empty.` };
    const failure = checkSegment('merge', segment, index);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
