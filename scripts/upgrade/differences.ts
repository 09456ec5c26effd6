import { isDeepStrictEqual } from 'node:util';
import type { ApiReference } from '../generate/errata.js';
import type { Schema } from '../generate/schema.js';

type Entry = Readonly<Record<string, unknown>> & { readonly name: string };

const PARTS: Readonly<Record<string, string>> = {
  request_schema: 'input',
  response_schema: 'result',
  invocation_schema: 'config',
  return_schema: 'payload',
};

/** What changed from one reference to the next, in words, one line each. */
export function differences(before: ApiReference, after: ApiReference): readonly string[] {
  return [
    ...ofEntries('function', before.functions, after.functions),
    ...ofEntries('trigger type', before.triggers, after.triggers),
  ];
}

function ofEntries(what: string, before: readonly unknown[], after: readonly unknown[]): readonly string[] {
  const old = new Map((before as readonly Entry[]).map((entry) => [entry.name, entry]));
  const next = new Map((after as readonly Entry[]).map((entry) => [entry.name, entry]));
  const gone = [...old.keys()].filter((name) => !next.has(name)).map((name) => `- ${what} ${name} is gone`);
  const lines = [...next].flatMap(([name, entry]) => {
    const known = old.get(name);
    return known === undefined ? [`+ ${what} ${name}`] : ofEntry(name, known, entry);
  });
  return [...gone, ...lines];
}

function ofEntry(name: string, before: Entry, after: Entry): readonly string[] {
  const lines = Object.entries(PARTS).flatMap(([key, part]) =>
    ofSchemas(`${name}, ${part}`, (before[key] ?? {}) as Schema, (after[key] ?? {}) as Schema),
  );
  const rest = lines.length === 0 && !isDeepStrictEqual(before, after);
  return rest ? [`~ ${name}: descriptions and titles only`] : lines;
}

/** A schema as a list of places, each with what may be there. */
function ofSchemas(where: string, before: Schema, after: Schema): readonly string[] {
  const old = places(before);
  const next = places(after);
  const gone = [...old.keys()]
    .filter((place) => !next.has(place))
    .map((place) => `- ${where}: ${place} is gone`);
  const lines = [...next].flatMap(([place, says]) => {
    const known = old.get(place);
    if (known === undefined) return [`+ ${where}: ${place} (${says})`];
    return known === says ? [] : [`~ ${where}: ${place} was ${known}, is ${says}`];
  });
  return [...gone, ...lines];
}

function places(root: Schema): ReadonlyMap<string, string> {
  const definitions = { ...root.definitions, ...(root.$defs as Record<string, Schema> | undefined) };
  const found = new Map<string, string>();
  const walk = (given: unknown, place: string, required: boolean, inside: readonly string[]): void => {
    if (typeof given !== 'object' || given === null) {
      found.set(place, `${given === false ? 'nothing' : 'any value'}${required ? ', required' : ''}`);
      return;
    }
    const schema = given as Schema;
    if (schema.$ref !== undefined) {
      const name = schema.$ref.split('/').at(-1) ?? '';
      if (!inside.includes(name)) walk(definitions[name] ?? {}, place, required, [...inside, name]);
      return;
    }
    found.set(place, `${kindOf(schema)}${required ? ', required' : ''}`);
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      walk(child, place === 'it' ? key : `${place}.${key}`, schema.required?.includes(key) === true, inside);
    }
    if (schema.items !== undefined && !Array.isArray(schema.items))
      walk(schema.items, `${place}[]`, false, inside);
    for (const [at, branch] of (schema.oneOf ?? schema.anyOf ?? []).entries()) {
      walk(branch, `${place}<${tagOf(branch) ?? at}>`, false, inside);
    }
  };
  walk(root, 'it', false, []);
  return found;
}

const tagOf = ({ properties }: Schema): string | undefined => {
  const tag = (properties?.type ?? {}) as Schema;
  return [tag.const, ...(tag.enum ?? [])].find((value) => typeof value === 'string') as string | undefined;
};

function kindOf({
  type,
  format,
  const: constant,
  enum: values,
  oneOf,
  anyOf,
  minimum,
  maximum,
}: Schema): string {
  if (constant !== undefined) return JSON.stringify(constant);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (type === undefined) return (oneOf ?? anyOf) ? 'one of several' : 'any value';
  const bounds = [
    minimum === undefined ? '' : ` >= ${minimum}`,
    maximum === undefined ? '' : ` <= ${maximum}`,
  ].join('');
  return `${[type].flat().join(' or ')}${format === undefined ? '' : ` (${format})`}${bounds}`;
}
