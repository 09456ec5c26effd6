import { invalid } from './invalid.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{([A-Za-z_]\w*)(?::([^}]*))?\}/g;
const COMMENT = /^\s*#/;

/**
 * Replaces `${VAR}` and `${VAR:default}` (a default may hold colons). Works on the text, so that a port from the
 * environment is a number for YAML. Comment lines are left alone.
 *
 * @throws LocalError `config_invalid` naming a variable that is not set and has no default
 */
export function expandVariables(text: string, env: Environment, file: string): string {
  return text
    .split('\n')
    .map((line, at) => (COMMENT.test(line) ? line : expandLine(line, env, `${file}, line ${at + 1}`)))
    .join('\n');
}

function expandLine(line: string, env: Environment, where: string): string {
  return line.replace(REFERENCE, (_, name: string, fallback: string | undefined) => {
    const value = env[name] ?? fallback;
    if (value === undefined) {
      throw invalid(where, `the environment variable ${name} is not set and has no default`);
    }
    // It could add keys of its own, and later errors would name a wrong line.
    if (/[\r\n]/.test(value)) throw invalid(where, `the environment variable ${name} holds a line break`);
    return value;
  });
}
