import type { JsonText } from '../../generated/json-text.js';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  skipSpace,
  stringEnd,
  valueEnd,
} from './json-scan.js';

export { inexactNumber, mayBeInexact } from './json-number.js';

/** The JSON text of null. */
export const NULL = 'null' as JsonText;

/** Takes over a text that is known to be valid JSON. */
export const asJson = (text: string): JsonText => text as JsonText;

/** The JSON text of a value that has one (no `undefined`, function or symbol). */
export const jsonOf = (value: unknown): JsonText => JSON.stringify(value) as JsonText;

const NOTHING_TO_ESCAPE = /^[\w:. -]*$/;

/** A string's JSON text. Names and ids mostly have nothing to escape, and to see that is cheaper than to stringify. */
export const quote = (text: string): JsonText =>
  (NOTHING_TO_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text)) as JsonText;

const MAX_ESCAPE = 6;

/** Compares unescaped, as JSON.parse would, the quoted key at `from` with `field`. */
function isKey(text: string, from: number, end: number, field: string): boolean {
  const length = end - from - 2;
  // As long as the field: no escape can be in it. Longer: only escapes can make it equal.
  if (length === field.length) return text.startsWith(field, from + 1) && !field.includes('\\');
  if (length < field.length || length > field.length * MAX_ESCAPE) return false;
  const quoted = text.slice(from, end);
  return quoted.includes('\\') && JSON.parse(quoted) === field;
}

/**
 * The exact text of a top-level field of an object: `1.0`, `1e400` and 9007199254740993 come out as they went in.
 * Of duplicate fields the last one counts, as with JSON.parse. Undefined when the text is no object or has no such field.
 */
export function sliceField(text: string, field: string): JsonText | undefined {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== OPEN_BRACE) return undefined;
  let from = -1;
  let to = -1;
  do {
    // Text that a program wrote has no space at all.
    let key = at + 1;
    if (text.charCodeAt(key) !== QUOTE) key = skipSpace(text, key);
    if (text.charCodeAt(key) !== QUOTE) break;
    const keyEnd = stringEnd(text, key);
    const colon = text.charCodeAt(keyEnd) === COLON ? keyEnd : skipSpace(text, keyEnd);
    const value = text.charCodeAt(colon + 1) > SPACE ? colon + 1 : skipSpace(text, colon + 1);
    const end = valueEnd(text, value);
    if (isKey(text, key, keyEnd, field)) {
      from = value;
      to = end;
    }
    at = text.charCodeAt(end) > SPACE ? end : skipSpace(text, end);
  } while (text.charCodeAt(at) === COMMA);
  return from === -1 ? undefined : asJson(text.slice(from, to));
}

/**
 * A copy that shares no memory with the text it was cut from. A slice keeps its whole frame alive: an item of 20
 * characters that is held for long would hold the 300 around it too. Costs a copy; for values that are stored.
 * Invariant: JSON text that arrived as UTF-8, or that JSON.stringify wrote, holds no bare half of a surrogate pair.
 */
export const detach = (text: JsonText): JsonText => asJson(Buffer.from(text).toString());

/**
 * The object's text with one field more. It goes last, because of duplicate fields the last one counts:
 * a caller cannot smuggle in its own value for a field that we add.
 *
 * @param objectText the text of an object
 */
export function injectField(objectText: string, key: string, valueText: JsonText): JsonText {
  const close = objectText.lastIndexOf('}');
  const fields = objectText.slice(0, close).trimEnd();
  const separator = fields.endsWith('{') ? '' : ',';
  return asJson(`${fields}${separator}${JSON.stringify(key)}:${valueText}}`);
}

/** True when arrays and objects nest more than `max` deep (a scalar has depth 0, `[]` and `{}` have 1). Stops at the first that does. */
export function exceedsDepth(text: string, max: number): boolean {
  // Each level costs two characters.
  if (text.length < 2 * (max + 1)) return false;
  let depth = 0;
  let index = 0;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (char === QUOTE) {
      index = stringEnd(text, index);
      continue;
    }
    if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth += 1;
      if (depth > max) return true;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) depth -= 1;
    index += 1;
  }
  return false;
}
