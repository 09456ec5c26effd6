import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { families } from '../generate/family.js';
import type { Model } from '../generate/lang/model.js';
import { readModel } from '../generate/lang/read.js';
import { loadSpec } from '../generate/load.js';
import { canonical, parseExact } from './exact.js';
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

type Decode = (value: unknown, text: string) => unknown;
type Encode = (parts: unknown) => string;

/**
 * What the generated validators, decoders and encoders of a repository make of the rows. They are the server's, so they
 * refuse what types of other languages keep for later: see `strict`. Of a message that the server only writes there is
 * no decoder: it is as its text says.
 */
export async function runTypeScript(root: string, rows: readonly Row[]): Promise<readonly Outcome[]> {
  const all = families(await loadSpec(path.join(root, 'spec')));
  const load = (file: string): Promise<Readonly<Record<string, unknown>>> =>
    import(pathToFileURL(path.join(root, 'generated', file)).href);
  const validators = await load('validators.ts');
  const sources = new Map<string, { messages: Readonly<Record<string, unknown>>; model: Model }>();
  for (const name of new Set(rows.map(({ family }) => family))) {
    const definitions = all.find((family) => family.name === name)?.definitions ?? {};
    sources.set(name, { messages: await load(`messages/${name}.ts`), model: readModel(definitions) });
  }
  return rows.map(({ name, family, type, text }) => {
    const validate = validators[`validate${type}`] as Validate | undefined;
    const source = sources.get(family);
    if (validate === undefined || source === undefined) throw new Error(`${name}: there is no ${type}`);
    const error = refusal(text, validate);
    if (error !== undefined) return { name, error };
    const encoded = roundTrip(text, type.replace(/Input$/, 'Request'), source.messages);
    return { name, decoded: formOf(parseExact(encoded), type, source.model), encoded };
  });
}

/** Its operations are applied to parsed values; where those are not what the text says, the service refuses it (D10). */
const PARSED = 'UpdateRequest';

function roundTrip(text: string, name: string, messages: Readonly<Record<string, unknown>>): string {
  if (name === PARSED && canonical(JSON.stringify(JSON.parse(text))) !== canonical(text)) return text;
  const decode = messages[`decode${name}`] as Decode | undefined;
  const encode = messages[`encode${name}`] as Encode | undefined;
  return decode === undefined || encode === undefined ? text : encode(decode(JSON.parse(text), text));
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
