import type { JsonText } from '../../generated/json-text.js';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  scalarEnd,
  skipSpace,
  stringEnd,
} from '../wire/json-scan.js';
import { exactNumber, mayBeInexact } from './json-number.js';

/** A number that a double does not hold; equal numbers have equal texts. */
class InexactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Whether two texts say the same value: fields in any order, strings whatever their escapes, numbers by their exact
 * decimal value (D10), so that 1.0 is 1, and 9007199254740993 is not 9007199254740992. Of duplicate fields the last one
 * counts, as with JSON.parse.
 */
export function equalJson(one: JsonText, other: JsonText): boolean {
  if (one === other) return true;
  return isEqual(parseExact(one), parseExact(other));
}

function parseExact(text: JsonText): unknown {
  return mayBeInexact(text) ? new ExactReader(text).value() : JSON.parse(text);
}

function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof InexactNumber || other instanceof InexactNumber)
    return one instanceof InexactNumber && other instanceof InexactNumber && one.text === other.text;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((value, index) => isEqual(value, other[index]));
  }
  const fields = Object.entries(one);
  if (fields.length !== Object.keys(other).length) return false;
  return fields.every(
    ([key, value]) => Object.hasOwn(other, key) && isEqual(value, (other as Record<string, unknown>)[key]),
  );
}

/** As JSON.parse of a text that is valid, but for numbers. */
class ExactReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    const char = this.#peek();
    if (char === OPEN_BRACE) return this.#object();
    if (char === OPEN_BRACKET) return this.#array();
    const end = char === QUOTE ? stringEnd(this.#text, this.#at) : scalarEnd(this.#text, this.#at);
    const lexeme = this.#text.slice(this.#at, end);
    this.#at = end;
    const parsed: unknown = JSON.parse(lexeme);
    if (typeof parsed !== 'number') return parsed;
    const exact = exactNumber(lexeme);
    return typeof exact === 'number' ? exact : new InexactNumber(exact);
  }

  #object(): Record<string, unknown> {
    const fields: [string, unknown][] = [];
    this.#at += 1;
    while (this.#peek() !== CLOSE_BRACE) {
      const key = this.value() as string;
      this.#peek();
      this.#at += 1;
      fields.push([key, this.value()]);
      if (this.#peek() !== CLOSE_BRACE) this.#at += 1;
    }
    this.#at += 1;
    // Unlike an assignment, it makes `__proto__` a field like any other.
    return Object.fromEntries(fields);
  }

  #array(): unknown[] {
    const values: unknown[] = [];
    this.#at += 1;
    while (this.#peek() !== CLOSE_BRACKET) {
      values.push(this.value());
      if (this.#peek() !== CLOSE_BRACKET) this.#at += 1;
    }
    this.#at += 1;
    return values;
  }

  #peek(): number {
    this.#at = skipSpace(this.#text, this.#at);
    return this.#text.charCodeAt(this.#at);
  }
}
