import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { families } from '../generate/family.js';
import { readModel } from '../generate/lang/read.js';
import { loadSpec } from '../generate/load.js';
import { parseExact } from './exact.js';
import { formOf } from './form.js';
import type { Outcome, Refusal, Row } from './vectors.js';

interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Validate {
  (value: unknown): boolean;
  readonly errors?: readonly ValidationError[] | null;
}

/**
 * What the generated validators of a repository make of the rows. They are the server's, so they refuse what types of
 * other languages keep for later: see `strict`. There is nothing to encode: a value is the object that was parsed.
 */
export async function runTypeScript(root: string, rows: readonly Row[]): Promise<readonly Outcome[]> {
  const all = families(await loadSpec(path.join(root, 'spec')));
  const models = new Map(all.map(({ name, definitions }) => [name, readModel(definitions)]));
  const file = pathToFileURL(path.join(root, 'generated/validators.ts')).href;
  const validators = (await import(file)) as Readonly<Record<string, Validate | undefined>>;
  return rows.map((row) => {
    const validate = validators[`validate${row.type}`];
    const model = models.get(row.family);
    if (validate === undefined || model === undefined)
      throw new Error(`${row.name}: there is no ${row.type}`);
    const error = refusal(row.text, validate);
    if (error !== undefined) return { name: row.name, error };
    return {
      name: row.name,
      decoded: formOf(parseExact(row.text), row.type, model),
      encoded: row.encoded ?? row.text,
    };
  });
}

/** The row as the server's validators judge it. */
export const strictly = ({ strict, ...row }: Row): Row =>
  strict === undefined ? row : { ...row, error: strict };

function refusal(text: string, validate: Validate): Refusal | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { path: '', keyword: 'json' };
  }
  if (validate(value)) return undefined;
  const { instancePath = '', keyword = '', params = {} } = validate.errors?.at(-1) ?? {};
  const at = (...more: readonly unknown[]): string =>
    join([...instancePath.split('/').slice(1), ...more.map(String)]);
  if (keyword === 'required') return { path: at(params.missingProperty), keyword };
  if (keyword !== 'discriminator') return { path: at(), keyword };
  const missing = params.tagValue === undefined ? 'required' : undefined;
  return { path: at(params.tag), keyword: missing ?? (params.error === 'tag' ? 'type' : keyword) };
}

const join = (steps: readonly string[]): string =>
  steps.map((step, at) => (/^\d+$/.test(step) ? `[${step}]` : at === 0 ? step : `.${step}`)).join('');
