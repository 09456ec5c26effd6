import { readFile } from 'node:fs/promises';
import { LocalError } from '../domain/errors.js';
import { checkConfig } from './check.js';
import { parseYaml } from './document.js';
import { type Environment, expandVariables } from './expand.js';
import { findMapping } from './shape.js';
import type { Config } from './types.js';

/**
 * Reads the configuration. Without a file: a `file_based` store in ./data/stream_store and the stream socket on
 * 127.0.0.1:3112. With one: whatever it doesn't say has the schema's default.
 *
 * @param file YAML: an engine's file, its list of workers, or the bare mapping
 * @param env for `${VAR}` and `${VAR:default}`
 * @throws LocalError `config_unreadable` or `config_invalid`, without a value of the file
 */
export async function loadConfig(file?: string, env: Environment = process.env): Promise<Config> {
  if (file === undefined) return checkConfig(withoutFile(), 'the built-in configuration');
  return parseConfig(await read(file), file, env);
}

/**
 * `loadConfig` of a text that is here already.
 * @param file named in errors
 */
export function parseConfig(text: string, file: string, env: Environment = process.env): Config {
  const expanded = expandVariables(text, env, file);
  const document = parseYaml(expanded.text, file);
  expanded.check(document);
  return checkConfig(findMapping(document, file), file);
}

const withoutFile = () => ({
  host: '127.0.0.1',
  adapter: { name: 'kv', config: { store_method: 'file_based', file_path: './data/stream_store' } },
});

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new LocalError('config_unreadable', `${file}: ${readProblem(error)}`, { cause: error });
  }
}

function readProblem(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
      return 'the configuration file does not exist';
    case 'EISDIR':
      return 'is a directory, not a configuration file';
    case 'EACCES':
      return 'the configuration file may not be read';
    default:
      return `the configuration file cannot be read (${code ?? String(error)})`;
  }
}
