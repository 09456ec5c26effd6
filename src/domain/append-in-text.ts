import type { UpdateOp } from '../../generated/functions.js';
import { COMMA, OPEN_BRACE, QUOTE, skipSpace, stringEnd, valueEnd } from '../wire/json-scan.js';
import { asJson, type JsonText, jsonOf } from '../wire/json-text.js';
import { detach } from './json-text.js';
import { checkPath, segmentsOf } from './update-ops/path.js';

/** Shorter texts are cheaper parsed than remembered. */
const MIN_LENGTH = 1024;
/** Pieces of a text after which it is copied into one: each costs memory of its own. */
const MAX_PIECES = 512;
/** Bounds of what is remembered, by items and by characters of their texts. */
const MAX_ITEMS = 256;
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** Where a string of an item's text grows. */
interface Place {
  readonly path: string;
  /** What was made last; the place is good for this text alone. */
  text: JsonText;
  /** The text up to the string's last character, in pieces that nobody joins. */
  head: string;
  /** The closing quote and what follows. */
  readonly tail: string;
  pieces: number;
}

/**
 * Appends strings to strings in long texts for what the string costs: the text before is not parsed, not searched and not
 * copied, as long as nobody else wrote the item. Remembers where the last appends were; bounded.
 */
export class AppendsInText {
  /** The one that was used last is the last. */
  readonly #places = new Map<string, Place>();
  #characters = 0;

  /** Of the texts that are remembered. */
  get characters(): number {
    return this.#characters;
  }

  /**
   * The text after `ops`, and undefined where it has to be made another way. Pure but for what is remembered: it may be
   * called for a value that is not kept.
   *
   * @param key names the item
   */
  apply(key: string, current: JsonText, ops: readonly UpdateOp[]): JsonText | undefined {
    const [op] = ops;
    if (current.length < MIN_LENGTH || ops.length !== 1 || op?.type !== 'append') return undefined;
    if (typeof op.value !== 'string') return undefined;
    const path = JSON.stringify(op.path ?? '');
    let place = this.#places.get(key);
    // Texts of the same length that are not the same string are compared, which is rare.
    if (place === undefined || place.path !== path || place.text !== current) {
      if (place !== undefined) this.#forget(key, place);
      place = findPlace(path, current, segmentsOf(op.path));
      if (place === undefined) return undefined;
    } else this.#forget(key, place);
    const inner = jsonOf(op.value).slice(1, -1);
    place.head += inner;
    place.pieces += 1;
    if (place.pieces >= MAX_PIECES) {
      place.head = detach(asJson(place.head));
      place.pieces = 0;
    }
    place.text = asJson(place.head + place.tail);
    this.#remember(key, place);
    return place.text;
  }

  #remember(key: string, place: Place): void {
    this.#places.set(key, place);
    this.#characters += place.text.length;
    for (const [oldest, its] of this.#places) {
      if (this.#places.size <= MAX_ITEMS && this.#characters <= MAX_CHARACTERS) return;
      this.#forget(oldest, its);
    }
  }

  #forget(key: string, place: Place): void {
    this.#places.delete(key);
    this.#characters -= place.text.length;
  }
}

function findPlace(path: string, text: JsonText, segments: readonly string[]): Place | undefined {
  if (checkPath('append', segments) !== undefined) return undefined;
  const end = endOfString(text, segments);
  if (end < 0) return undefined;
  // Copies, as these live longer than what they were cut from.
  const head = detach(asJson(text.slice(0, end - 1)));
  return { path, text, head, tail: detach(asJson(text.slice(end - 1))), pieces: 0 };
}

/** Where the string that `segments` name ends; -1 when they name none. */
function endOfString(text: string, segments: readonly string[]): number {
  let at = skipSpace(text, 0);
  for (const segment of segments) {
    at = fieldAt(text, at, segment);
    if (at < 0) return -1;
  }
  return text.charCodeAt(at) === QUOTE ? stringEnd(text, at) : -1;
}

/** Where the value of an object's field begins, of the last one of that name; -1 when there is none. */
function fieldAt(text: string, object: number, field: string): number {
  if (text.charCodeAt(object) !== OPEN_BRACE) return -1;
  let found = -1;
  let at = object;
  do {
    const key = skipSpace(text, at + 1);
    if (text.charCodeAt(key) !== QUOTE) break;
    const keyEnd = stringEnd(text, key);
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (JSON.parse(text.slice(key, keyEnd)) === field) found = value;
    at = skipSpace(text, valueEnd(text, value));
  } while (text.charCodeAt(at) === COMMA);
  return found;
}
