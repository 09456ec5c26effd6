import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  scalarEnd,
  stringEnd,
  ZERO,
} from '../wire/json-scan.js';

/** Where a field's value stands in the text of an object. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Beyond these a text is not looked at: comparing keys is quadratic, and each level costs a call. */
const MAX_KEYS = 32;
const MAX_DEPTH = 16;
const NOT_PLAIN = -1;

/** Walks a text only as long as it is plain. The keys of all objects around the current place are on one stack. */
class PlainText {
  readonly #text: string;
  readonly #keys: number[] = [];
  readonly #keyEnds: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** The value of the root's field; undefined when it has none, or when the text is not plain. */
  find(field: string): Span | undefined {
    const text = this.#text;
    if (text.charCodeAt(0) !== OPEN_BRACE || this.#objectEnd(0, MAX_DEPTH) !== text.length) return undefined;
    const count = this.#keys.length;
    for (let at = 0; at < count; at += 1) {
      const key = this.#keys[at]!;
      const end = this.#keyEnds[at]!;
      if (end - key !== field.length + 2 || !text.startsWith(field, key + 1)) continue;
      return { from: end + 1, to: (at + 1 < count ? this.#keys[at + 1]! : text.length) - 1 };
    }
    return undefined;
  }

  #valueEnd(at: number, room: number): number {
    const text = this.#text;
    const char = text.charCodeAt(at);
    if (char === QUOTE) return stringEnd(text, at);
    if (char === OPEN_BRACE) return this.#objectEnd(at, room);
    if (char === OPEN_BRACKET) return this.#arrayEnd(at, room);
    const end = scalarEnd(text, at);
    const isNumber = char <= NINE;
    if (!isNumber) return end;
    const lexeme = text.slice(at, end);
    return String(Number(lexeme)) === lexeme ? end : NOT_PLAIN;
  }

  #arrayEnd(at: number, room: number): number {
    const text = this.#text;
    let index = at + 1;
    if (text.charCodeAt(index) === CLOSE_BRACKET) return index + 1;
    if (room === 0) return NOT_PLAIN;
    for (;;) {
      index = this.#valueEnd(index, room - 1);
      if (index === NOT_PLAIN) return NOT_PLAIN;
      const char = text.charCodeAt(index);
      if (char === CLOSE_BRACKET) return index + 1;
      if (char !== COMMA) return NOT_PLAIN;
      index += 1;
    }
  }

  #objectEnd(at: number, room: number): number {
    const text = this.#text;
    const keys = this.#keys;
    const outer = keys.length;
    let index = at;
    if (text.charCodeAt(index + 1) === CLOSE_BRACE) return index + 2;
    if (room === 0) return NOT_PLAIN;
    do {
      const key = index + 1;
      if (text.charCodeAt(key) !== QUOTE || keys.length === MAX_KEYS) return NOT_PLAIN;
      const end = stringEnd(text, key);
      if (!this.#isNewName(key, end, outer) || text.charCodeAt(end) !== COLON) return NOT_PLAIN;
      keys.push(key);
      this.#keyEnds.push(end);
      index = this.#valueEnd(end + 1, room - 1);
      if (index === NOT_PLAIN) return NOT_PLAIN;
    } while (text.charCodeAt(index) === COMMA);
    if (text.charCodeAt(index) !== CLOSE_BRACE) return NOT_PLAIN;
    // The root's keys stay.
    if (outer > 0) {
      keys.length = outer;
      this.#keyEnds.length = outer;
    }
    return index + 1;
  }

  /** Neither an earlier field of its object, which JSON.parse drops, nor an array index, which it moves to the front. */
  #isNewName(key: number, end: number, outer: number): boolean {
    const text = this.#text;
    const first = text.charCodeAt(key + 1);
    if (first >= ZERO && first <= NINE) return false;
    const length = end - key;
    for (let at = outer; at < this.#keys.length; at += 1) {
      const other = this.#keys[at]!;
      if (this.#keyEnds[at]! - other === length && isSame(text, key, other, length)) return false;
    }
    return true;
  }
}

function isSame(text: string, one: number, other: number, length: number): boolean {
  for (let at = 1; at < length; at += 1) {
    if (text.charCodeAt(one + at) !== text.charCodeAt(other + at)) return false;
  }
  return true;
}

/**
 * The value of a top-level field of a plain text: one that JSON.parse and JSON.stringify give back as it is, so that
 * a part of it can be written anew and the rest kept. Undefined when it has no such field, and, since not every plain
 * text is recognised, also when that is not certain: escapes, many keys, deep nesting.
 */
export const plainField = (text: string, field: string): Span | undefined =>
  text.includes('\\') ? undefined : new PlainText(text).find(field);
