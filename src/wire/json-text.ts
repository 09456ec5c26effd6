import {
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  QUOTE,
  SPACE,
  skipSpace,
  stringEnd,
  valueEnd,
} from './json-scan.js';

declare const json: unique symbol;
/** A string that is valid JSON text: a value that was parsed once on its way in and is not parsed again. */
export type JsonText = string & { readonly [json]: true };

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

/** The JSON text of an array, from what `encode` makes of each element. */
export function arrayText<T>(values: readonly T[], encode: (value: T) => string): JsonText {
  let text = '[';
  for (const value of values) {
    if (text.length > 1) text += ',';
    text += encode(value);
  }
  return `${text}]` as JsonText;
}

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

/** Where a value stands in a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The exact text of a top-level field of an object: `1.0`, `1e400` and 9007199254740993 come out as they went in.
 * Of duplicate fields the last one counts, as with JSON.parse. Undefined when the text is no object or has no such field.
 */
export function sliceField(text: string, field: string): JsonText | undefined {
  const span = fieldSpan(text, 0, field);
  return span && asJson(text.slice(span.from, span.to));
}

/** Where the value of a field stands. @param start where the object stands in the text, or space before it */
export function fieldSpan(text: string, start: number, field: string): Span | undefined {
  let at = skipSpace(text, start);
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
  return from === -1 ? undefined : { from, to };
}

/** A field that is known to be there, as `sliceField`. @throws Error when it is not: the text is another one than what was checked */
export function fieldText(text: string, field: string): JsonText {
  const found = sliceField(text, field);
  if (found === undefined) throw new Error(`there is no field ${field} in the text of what was checked`);
  return found;
}

/** The exact texts of an array's elements. Precondition: it is an array. */
export function elementsOf(array: JsonText): JsonText[] {
  const elements: JsonText[] = [];
  let at = skipSpace(array, skipSpace(array, 0) + 1);
  while (at < array.length && array.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = valueEnd(array, at);
    elements.push(asJson(array.slice(at, end)));
    at = skipSpace(array, end);
    if (array.charCodeAt(at) === COMMA) at = skipSpace(array, at + 1);
  }
  return elements;
}
