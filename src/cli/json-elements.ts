import type { JsonText } from '../../generated/json-text.js';
import { asJson } from '../domain/json-text.js';
import { CLOSE_BRACKET, COMMA, skipSpace, valueEnd } from '../wire/json-scan.js';

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
