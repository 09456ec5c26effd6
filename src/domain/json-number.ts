import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  MINUS,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  scalarEnd,
  skipSpace,
  stringEnd,
  ZERO,
} from '../wire/json-scan.js';

/** A number that JSON.parse followed by JSON.stringify would change. */
export interface InexactNumber {
  /** The number as it is written. */
  readonly lexeme: string;
  /** JSON Pointer (RFC 6901) of where it stands; empty for the root. */
  readonly pointer: string;
}

// Up to 15 significant digits with an exponent of at most two digits always survive a double, so a text without a
// number of 16 digits and without a long exponent needs no closer look. Strings may match too: that only costs time.
const SUSPECT_DIGITS = /[:,[\s]-?[\d.]{16}/;
const SUSPECT_EXPONENT = /\d[eE][+-]?\d{3}/;
const ALWAYS_EXACT_LENGTH = 15;

/** Sign-less decimal in a form in which equal values are equal texts: digits without outer zeros, and an exponent. */
function canonical(lexeme: string): string {
  const [mantissa = '', exponent = '0'] = lexeme.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  let from = 0;
  let to = digits.length;
  while (from < to && digits.charCodeAt(from) === ZERO) from += 1;
  if (from === to) return '0';
  while (digits.charCodeAt(to - 1) === ZERO) to -= 1;
  return `${digits.slice(from, to)}e${Number(exponent) - fraction.length + digits.length - to}`;
}

function isExact(lexeme: string): boolean {
  if (lexeme.length <= ALWAYS_EXACT_LENGTH && !/e/i.test(lexeme)) return true;
  const value = Number(lexeme);
  return Number.isFinite(value) && canonical(lexeme) === canonical(String(value));
}

/** The number itself where a double holds it, else a text that is the same for all its spellings. */
export function exactNumber(lexeme: string): number | string {
  if (isExact(lexeme)) return Number(lexeme);
  return (lexeme.charCodeAt(0) === MINUS ? '-' : '') + canonical(lexeme);
}

/** Digits of an integer that is added to: far beyond what counts anything, and cheap. */
const MAX_INTEGER_LENGTH = 1024;

/**
 * The text of a number and an integer together. Integers are added exactly, however many bits they have. What has a
 * fraction or an exponent is added as a double and keeps a fraction, so that it stays a float to who reads types.
 * Undefined when the sum cannot be told exactly: a double does not hold the number, or the sum of two integers.
 *
 * @param by an integer that a double holds exactly
 */
export function addToNumber(lexeme: string, by: number): string | undefined {
  const current = Number(lexeme);
  const sum = current + by;
  if (!FLOAT.test(lexeme)) {
    if (Number.isSafeInteger(current) && Number.isSafeInteger(sum)) return String(sum);
    return lexeme.length > MAX_INTEGER_LENGTH ? undefined : String(BigInt(lexeme) + BigInt(by));
  }
  if (!isExact(lexeme) || (Number.isInteger(current) && !Number.isSafeInteger(sum))) return undefined;
  const text = String(sum);
  return FLOAT.test(text) ? text : `${text}.0`;
}

const FLOAT = /[.eE]/;

const isNumberStart = (char: number): boolean => char === MINUS || (char >= ZERO && char <= NINE);

const escapeStep = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');

/** The pointer to the scalar at `target`, found by walking there; only errors pay for it. */
function pointerTo(text: string, target: number): string {
  const steps: (number | string)[] = [];
  let index = 0;
  while (index < target) {
    const char = text.charCodeAt(index);
    if (char === QUOTE) {
      const end = stringEnd(text, index);
      const isKey = text.charCodeAt(skipSpace(text, end)) === COLON;
      if (isKey) steps[steps.length - 1] = text.slice(index, end);
      index = end;
      continue;
    }
    if (char === OPEN_BRACE) steps.push('""');
    else if (char === OPEN_BRACKET) steps.push(0);
    else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) steps.pop();
    else if (char === COMMA) {
      const last = steps.at(-1);
      if (typeof last === 'number') steps[steps.length - 1] = last + 1;
    }
    index += 1;
  }
  return steps
    .map((step) => `/${typeof step === 'number' ? step : escapeStep(JSON.parse(step) as string)}`)
    .join('');
}

/** False for most texts whose numbers are all exact, and at a fraction of what `inexactNumber` costs. */
export const mayBeInexact = (text: string): boolean =>
  isNumberStart(text.charCodeAt(0)) || SUSPECT_DIGITS.test(text) || SUSPECT_EXPONENT.test(text);

/**
 * The first number of a JSON text whose decimal value a double does not print back: integers past 2^53 such as
 * 9007199254740993, `1e400`, more digits than a double holds. `1.0`, `1E5`, `1e21` and `-0` count as exact.
 */
export function inexactNumber(text: string): InexactNumber | undefined {
  if (!mayBeInexact(text)) return undefined;
  let index = 0;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (char === QUOTE) index = stringEnd(text, index);
    else if (isNumberStart(char)) {
      const end = scalarEnd(text, index);
      const lexeme = text.slice(index, end);
      if (!isExact(lexeme)) return { lexeme, pointer: pointerTo(text, index) };
      index = end;
    } else index += 1;
  }
  return undefined;
}
