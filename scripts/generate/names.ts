/** `stream::list_groups` → `listGroups`; `stream:join` → `join`; `stream` → `stream`. */
export function keyOf(id: string): string {
  const last = id.split(':').at(-1) ?? id;
  return last.replace(/[_-]+(.)/g, (_, letter: string) => letter.toUpperCase());
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
