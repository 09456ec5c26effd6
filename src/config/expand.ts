import { randomUUID } from 'node:crypto';
import { invalid, isMapping } from './invalid.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{([A-Za-z_]\w*)(?::([^}]*))?\}/g;
const COMMENT = /^\s*#/;

/** A variable that is not set, where it is asked for. */
interface Unset {
  readonly name: string;
  readonly where: string;
}

/** A text whose variables are replaced. */
export interface Expanded {
  readonly text: string;
  /**
   * Looks whether the document that the text holds needs a variable that is not set: comments need none.
   * @throws LocalError `config_invalid` naming the variable and its line
   */
  check(document: unknown): void;
}

/**
 * Replaces `${VAR}` and `${VAR:default}` (a default may hold colons). As in a shell, the default also stands in for a
 * variable that is empty. Works on the text, so that a port from the environment is a number for YAML. Comment lines
 * are left alone.
 *
 * @throws LocalError `config_invalid` naming a variable that holds a line break
 */
export function expandVariables(text: string, env: Environment, file: string): Expanded {
  const unset: Unset[] = [];
  // What cannot be replaced is known again in the document, where only values and keys are left.
  const mark = `unset-${randomUUID()}-`;
  const expandLine = (line: string, where: string): string =>
    line.replace(REFERENCE, (_, name: string, fallback: string | undefined) => {
      const value = fallback === undefined ? env[name] : env[name] || fallback;
      if (value === undefined) return `${mark}${unset.push({ name, where }) - 1}-`;
      // It could add keys of its own, and later errors would name a wrong line.
      if (/[\r\n]/.test(value)) throw invalid(where, `the environment variable ${name} holds a line break`);
      return value;
    });
  const lines = text
    .split('\n')
    .map((line, at) => (COMMENT.test(line) ? line : expandLine(line, `${file}, line ${at + 1}`)));
  return {
    text: lines.join('\n'),
    check(document) {
      if (unset.length === 0) return;
      const found = findMark(document, mark);
      if (found === undefined) return;
      const { name, where } = unset[Number.parseInt(found, 10)] as Unset;
      throw invalid(where, `the environment variable ${name} is not set and has no default`);
    },
  };
}

/** What follows the first mark in a document. */
function findMark(value: unknown, mark: string): string | undefined {
  if (typeof value === 'string') return value.split(mark)[1];
  if (Array.isArray(value)) return first(value, mark);
  return isMapping(value) ? first(Object.entries(value).flat(), mark) : undefined;
}

function first(values: readonly unknown[], mark: string): string | undefined {
  for (const value of values) {
    const found = findMark(value, mark);
    if (found !== undefined) return found;
  }
  return undefined;
}
