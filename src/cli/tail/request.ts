import type { Cursor } from '../../domain/change.js';
import { UsageError } from '../usage-error.js';

/** What is to be followed. */
export interface TailRequest {
  readonly stream: string;
  readonly group: string;
  readonly item: string | undefined;
  readonly since: Cursor | undefined;
  /** End when everything that there is now was printed. */
  readonly once: boolean;
  readonly json: boolean;
}

const CURSOR = /^(.+):(\d{1,16})$/s;

/** A cursor as `--since` takes it. @throws UsageError */
export function cursorArgument(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  const [, epoch, seq] = CURSOR.exec(text) ?? [];
  if (epoch === undefined) throw new UsageError('--since: must be EPOCH:SEQ');
  return { epoch, seq: Number(seq) };
}

/** @throws UsageError */
export function countArgument(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError('-n: must be a whole number, 1 or more');
}
