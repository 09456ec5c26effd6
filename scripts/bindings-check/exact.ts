const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number by its digits: no double is between the text and it. */
export interface ExactNumber {
  readonly $number: string;
}

/** JSON with numbers as {@link ExactNumber}. @throws SyntaxError when the text is no JSON. */
export function parseExact(text: string): unknown {
  JSON.parse(text);
  const marked = text.replace(TOKEN, (token) =>
    token.startsWith('"') ? token : `{"$number":"${canonicalNumber(token)}"}`,
  );
  return JSON.parse(marked);
}

/** One text for all texts of the same JSON value: no spaces, keys in order, equal numbers written alike. */
export const canonical = (text: string): string => JSON.stringify(sortKeys(parseExact(text)));

/** The same value with the keys of its objects in order. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

/** `1.50`, `15e-1` → `15e-1`; every zero is `0` (D10). */
function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '0';
  return `${sign}${short}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - short.length)}`;
}
