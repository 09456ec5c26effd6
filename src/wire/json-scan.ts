// Walking JSON text without parsing it. Precondition everywhere: the text went through JSON.parse once, so nothing
// is validated here. On any other text the answers mean nothing, but every loop still ends.

export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const MINUS = 45;
export const ZERO = 48;
export const NINE = 57;
export const COLON = 58;
export const OPEN_BRACKET = 91;
const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;

/** The first index at or after `at` that holds no whitespace. */
export function skipSpace(text: string, at: number): number {
  let index = at;
  while (index < text.length && text.charCodeAt(index) <= SPACE) index += 1;
  return index;
}

/** A quote is escaped when an odd number of backslashes stands before it. Called when there is one. */
function isEscaped(text: string, quote: number): boolean {
  let index = quote - 2;
  while (text.charCodeAt(index) === BACKSLASH) index -= 1;
  return (quote - index) % 2 === 0;
}

/** The index just past the string whose opening quote is at `at`. */
export function stringEnd(text: string, at: number): number {
  let quote = text.indexOf('"', at + 1);
  while (quote !== -1 && text.charCodeAt(quote - 1) === BACKSLASH && isEscaped(text, quote))
    quote = text.indexOf('"', quote + 1);
  return quote === -1 ? text.length : quote + 1;
}

/** The index just past the number, `true`, `false` or `null` at `at`. */
export function scalarEnd(text: string, at: number): number {
  let index = at;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (char <= SPACE || char === COMMA || char === CLOSE_BRACE || char === CLOSE_BRACKET) break;
    index += 1;
  }
  return index;
}

function containerEnd(text: string, at: number): number {
  let depth = 0;
  let index = at;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (char === QUOTE) {
      index = stringEnd(text, index);
      continue;
    }
    index += 1;
    if (char === OPEN_BRACE || char === OPEN_BRACKET) depth += 1;
    else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return index;
}

/** The index just past the value that starts at `at`. */
export function valueEnd(text: string, at: number): number {
  const char = text.charCodeAt(at);
  if (char === QUOTE) return stringEnd(text, at);
  if (char === OPEN_BRACE || char === OPEN_BRACKET) return containerEnd(text, at);
  return scalarEnd(text, at);
}
