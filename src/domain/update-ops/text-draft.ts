import type { JsonText } from '../../../generated/json-text.js';
import { OPEN_BRACE, OPEN_BRACKET, QUOTE } from '../../wire/json-scan.js';
import { fieldsOf } from '../json-fields.js';
import { addToNumber } from '../json-number.js';
import { asJson, jsonOf, quote } from '../json-text.js';
import { Draft, type JsonObject, type JsonType, jsonType, ownField } from './draft.js';

/** A part of a value that is text, and stays what it is unless an op writes to it. */
export class Unparsed {
  readonly text: JsonText;

  constructor(text: JsonText) {
    this.text = text;
  }
}

/** A string or an array that is text, and what was appended to it. */
class Grown {
  readonly type: 'string' | 'array';
  readonly #text: JsonText;
  readonly #added: string[] = [];

  constructor(type: 'string' | 'array', text: JsonText) {
    this.type = type;
    this.#text = text;
  }

  /** @param entry the text of a string for a string, of any value for an array */
  add(entry: JsonText): this {
    this.#added.push(this.type === 'string' ? entry.slice(1, -1) : entry);
    return this;
  }

  get text(): JsonText {
    const head = this.#text.slice(0, -1);
    if (this.type === 'string') return asJson(`${head}${this.#added.join('')}"`);
    const separator = head.length > 1 && head.trimEnd().length > 1 ? ',' : '';
    return asJson(`${head}${separator}${this.#added.join(',')}]`);
  }
}

function typeOfText(text: JsonText): JsonType {
  const char = text.charCodeAt(0);
  if (char === QUOTE) return 'string';
  if (char === OPEN_BRACE) return 'object';
  if (char === OPEN_BRACKET) return 'array';
  if (text === 'null') return 'null';
  return text === 'true' || text === 'false' ? 'boolean' : 'number';
}

/**
 * A value under update, as its text. What no op writes to is `Unparsed` and goes into the new text as it is; objects on
 * the way to what is written are opened one level at a time, and are then ours.
 */
export class TextDraft extends Draft {
  constructor(current: JsonText | undefined) {
    super(current === undefined ? undefined : new Unparsed(current));
  }

  override typeOf(value: unknown): JsonType {
    if (value instanceof Unparsed) return typeOfText(value.text);
    return value instanceof Grown ? value.type : jsonType(value);
  }

  override object(value: unknown): JsonObject | undefined {
    if (this.typeOf(value) !== 'object') return undefined;
    if (!(value instanceof Unparsed)) return value as JsonObject;
    const fields = this.own(fieldsOf(value.text, (text) => new Unparsed(text)));
    // Opened once, however many ops pass by.
    if (value === this.root) this.root = fields;
    return fields;
  }

  override child(parent: JsonObject, key: string): JsonObject | undefined {
    const value = ownField(parent, key);
    const object = this.object(value);
    if (object !== undefined && object !== value) parent[key] = object;
    return object;
  }

  override parsed(value: unknown): unknown {
    return value instanceof Unparsed ? JSON.parse(value.text) : value;
  }

  override sum(number: unknown, by: number): unknown {
    const text = number instanceof Unparsed ? number.text : jsonOf(number);
    const sum = addToNumber(text, by);
    return sum === undefined ? undefined : new Unparsed(asJson(sum));
  }

  override grown(value: unknown, entry: unknown): unknown {
    if (value instanceof Grown) return value.add(this.textOf(entry));
    if (value instanceof Unparsed) {
      return new Grown(this.typeOf(value) as 'string' | 'array', value.text).add(this.textOf(entry));
    }
    return super.grown(value, typeof value === 'string' ? this.parsed(entry) : entry);
  }

  /** The new text of the whole. */
  get text(): JsonText {
    return this.textOf(this.root);
  }

  /** Only what is ours can hold text. */
  textOf(value: unknown): JsonText {
    if (value instanceof Unparsed || value instanceof Grown) return value.text;
    if (typeof value !== 'object' || value === null || !this.isOurs(value)) return jsonOf(value);
    if (Array.isArray(value)) return asJson(`[${value.map((entry) => this.textOf(entry)).join(',')}]`);
    let text = '{';
    for (const key of Object.keys(value)) {
      text += `${text === '{' ? '' : ','}${quote(key)}:${this.textOf((value as JsonObject)[key])}`;
    }
    return asJson(`${text}}`);
  }
}
