import type { JsonText } from '../../../generated/json-text.js';

/** Updates in a row that were written as ops, and the characters of those. */
export interface OpsRun {
  readonly count: number;
  readonly length: number;
}

/** Values that are shorter are written whole: most items have no run, which is memory. */
const MIN_VALUE = 512;
/** After so many a record is whole, so that a start has bounded work for each item. */
const MAX_RUN = 64;

const WHOLE: OpsRun = { count: 0, length: 0 };

/**
 * How an update is to be written: whole (a count of 0), or as the ops that made it (above 0). Undefined for a value that
 * is always written whole.
 *
 * @param before of the item's newest record; undefined = it may not be whole
 */
export function runAfter(
  before: OpsRun | undefined,
  value: JsonText,
  ops: JsonText | undefined,
): OpsRun | undefined {
  if (ops === undefined || value.length < MIN_VALUE) return undefined;
  if (before === undefined || 2 * ops.length >= value.length) return WHOLE;
  const run = { count: before.count + 1, length: before.length + ops.length };
  return run.count >= MAX_RUN || run.length > value.length ? WHOLE : run;
}
