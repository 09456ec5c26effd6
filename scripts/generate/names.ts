/**
 * The name of a function or trigger type in code: `stream::list_groups` → `listGroups`, `stream:join` → `join`,
 * `stream::group::get` → `groupGet`, `stream` → `stream`.
 */
export function keyOf(id: string): string {
  const key = camel(id.replace(/^stream:+/, ''));
  return /^\d/.test(key) ? `_${key}` : key;
}

/** Words between anything but letters and digits: `merge.path.too_deep` → `mergePathTooDeep`. */
export function camel(text: string): string {
  const [first = '', ...rest] = text.split(/[^0-9A-Za-z]+/).filter((word) => word !== '');
  return first.charAt(0).toLowerCase() + first.slice(1) + rest.map(pascal).join('');
}

/** `listGroups` → `ListGroups`. */
export const pascal = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);

/** `WorkerRegisteredMessage` → `workerRegistered`. */
export function messageKey(name: string): string {
  const short = name.replace(/(Message|Event|Action)$/, '');
  return short.charAt(0).toLowerCase() + short.slice(1);
}

/** A single-quoted TypeScript string. */
export const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;

/** A one-line doc comment. */
export const doc = (text: string, indent = ''): string =>
  `${indent}/** ${text.trim().replace(/\s+/g, ' ').replaceAll('*/', '*\\/')} */\n`;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** How a property is named in an object or an interface. */
export const propertyKey = (key: string): string => (IDENTIFIER.test(key) ? key : quote(key));

/** How a property of `object` is reached. */
export const member = (object: string, key: string): string =>
  IDENTIFIER.test(key) ? `${object}.${key}` : `${object}[${quote(key)}]`;
