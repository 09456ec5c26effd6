import { stringEnd, valueEnd } from '../wire/json-scan.js';
import { asJson, type JsonText, jsonOf, quote } from '../wire/json-text.js';
import type { OpsText } from './change.js';

const HEAD = '[{"type":"append","path":';
const MIDDLE = ',"value":';
const TAIL = '"}]';

/** One op that appends a string, in the form in which such ops are told to be the same but for their string. */
export interface StringAppend {
  /** Up to where the string begins, its quote included. */
  readonly head: string;
  /** The string's text without its quotes. */
  readonly inner: string;
}

/** The text of an array of one op, which appends a string to what is at `path`. */
export const appendText = (path: string | readonly string[], value: string): JsonText =>
  asJson(`${HEAD}${typeof path === 'string' ? quote(path) : jsonOf(path)}${MIDDLE}${jsonOf(value)}}]`);

/** What `appendText` made, by parts; undefined for any other text of ops. */
export function readAppend(ops: JsonText): StringAppend | undefined {
  if (!ops.startsWith(HEAD) || !ops.endsWith(TAIL)) return undefined;
  const at = valueEnd(ops, HEAD.length);
  if (!ops.startsWith(`${MIDDLE}"`, at)) return undefined;
  const from = at + MIDDLE.length;
  const end = stringEnd(ops, from);
  if (end !== ops.length - TAIL.length + 1) return undefined;
  return { head: ops.slice(0, from + 1), inner: ops.slice(from + 1, end - 1) };
}

/** The text of the ops that append both strings, the second one after the first. */
export const joinedAppend = ({ head, inner }: StringAppend): JsonText => asJson(head + inner + TAIL);

/** Ops that are half as long as the value or longer spare too little for what replaying them costs. */
export const isShort = ({ text }: OpsText, value: JsonText): boolean => 2 * text.length < value.length;
