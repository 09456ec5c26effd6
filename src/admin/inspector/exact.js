/** True where a number's own text can be read and written: elsewhere numbers that a double cannot hold are rounded. */
export const isExact = typeof JSON.rawJSON === 'function';

const keep = (_key, value, context) =>
  typeof value === 'number' && context.source !== String(value) ? JSON.rawJSON(context.source) : value;

/** JSON.parse, but a number whose text says more than a double keeps it. @param {string} text */
export const parse = (text) => (isExact ? JSON.parse(text, keep) : JSON.parse(text));

/** The same text, indented. @param {string} text */
export const pretty = (text) => JSON.stringify(parse(text), null, 2);
