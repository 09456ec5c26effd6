import { CLOSE_BRACKET, COMMA, skipSpace, valueEnd } from './json-scan.js';
import { asJson, type JsonText } from './json-text.js';

/** The texts of an array's elements, as they are. @param array valid JSON text of an array */
export function sliceElements(array: string): readonly JsonText[] {
  const elements: JsonText[] = [];
  let at = skipSpace(array, 1);
  while (at < array.length && array.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = valueEnd(array, at);
    elements.push(asJson(array.slice(at, end)));
    at = skipSpace(array, end);
    if (array.charCodeAt(at) === COMMA) at = skipSpace(array, at + 1);
  }
  return elements;
}
