import type { JsonText } from '../../generated/json-text.js';
import { COMMA, QUOTE, skipSpace, stringEnd, valueEnd } from '../wire/json-scan.js';
import { asJson } from './json-text.js';

/**
 * The object with each field's value made of its exact text. Of duplicate fields the last one counts, as with JSON.parse.
 *
 * @param text valid JSON text of an object
 */
export function fieldsOf<T>(text: JsonText, make: (value: JsonText) => T): Record<string, T> {
  const fields: Record<string, T> = {};
  let key = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charCodeAt(key) === QUOTE) {
    const keyEnd = stringEnd(text, key);
    const from = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const to = valueEnd(text, from);
    const quoted = text.slice(key, keyEnd);
    const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
    define(fields, name, make(asJson(text.slice(from, to))));
    const next = skipSpace(text, to);
    if (text.charCodeAt(next) !== COMMA) break;
    key = skipSpace(text, next + 1);
  }
  return fields;
}

/** An own property, whatever its name. */
function define<T>(fields: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__')
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  else fields[name] = value;
}
