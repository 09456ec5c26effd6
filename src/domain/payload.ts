import { type JsonText, NULL } from '../wire/json-text.js';

/** The input of a call: its text, and what it says. Parsed once, by whoever reads the frame or by whoever needs it first. */
export class Payload {
  readonly text: JsonText;
  #parsed: unknown;

  /** @param parsed what JSON.parse makes of `text`, when that is known */
  constructor(text: JsonText, parsed?: unknown) {
    this.text = text;
    this.#parsed = parsed;
  }

  get parsed(): unknown {
    if (this.#parsed === undefined) this.#parsed = JSON.parse(this.text);
    return this.#parsed;
  }
}

/** A call without input. */
export const NO_PAYLOAD = new Payload(NULL, null);
