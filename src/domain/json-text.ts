import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET, QUOTE, stringEnd } from '../wire/json-scan.js';
import { asJson, type JsonText } from '../wire/json-text.js';

export {
  asJson,
  elementsOf,
  fieldSpan,
  jsonOf,
  NULL,
  quote,
  type Span,
  sliceField,
} from '../wire/json-text.js';
export { inexactNumber, mayBeInexact } from './json-number.js';

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
