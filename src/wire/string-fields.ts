import { COLON, COMMA, OPEN_BRACE, QUOTE, skipSpace, stringEnd, valueEnd } from './json-scan.js';

/**
 * The top-level fields of these names that are strings, of a text that looks like an object but need not be JSON: what
 * stands before the place where it breaks is found. Of duplicate fields the last one counts.
 */
export function stringFields<Name extends string>(
  text: string,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== OPEN_BRACE) return found;
  do {
    const key = skipSpace(text, at + 1);
    if (text.charCodeAt(key) !== QUOTE) break;
    const keyEnd = stringEnd(text, key);
    const colon = skipSpace(text, keyEnd);
    if (text.charCodeAt(colon) !== COLON) break;
    const value = skipSpace(text, colon + 1);
    const end = valueEnd(text, value);
    const name = names.find((one) => one === text.slice(key + 1, keyEnd - 1));
    if (name !== undefined) {
      const string = text.charCodeAt(value) === QUOTE ? parsed(text.slice(value, end)) : undefined;
      if (string === undefined) delete found[name];
      else found[name] = string;
    }
    at = skipSpace(text, end);
  } while (text.charCodeAt(at) === COMMA);
  return found;
}

function parsed(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}
