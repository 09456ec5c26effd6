import { once } from 'node:events';

/** Characters that steer a terminal. JSON text holds none below U+0020 in strings, and line breaks only between tokens. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** JSON text on one line; numbers stay as they were written. */
export const oneLine = (json: string): string => json.replace(/\s*[\r\n]\s*/g, ' ');

/** A text as a person may see it, whatever a stranger put into it. */
export const printable = (text: string): string =>
  text.replace(CONTROLS, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A name: bare when that is unmistakable, else quoted. */
export const shownName = (name: string): string =>
  /^[^\s"\\]+$/u.test(name) && printable(name) === name ? name : printable(JSON.stringify(name));

/** Writes lines to standard output, and waits when its reader is slow. */
export async function writeLines(lines: Iterable<string>): Promise<void> {
  for (const line of lines) if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
