import { isDeepStrictEqual } from 'node:util';
import { camel, pascal } from './names.js';
import { type Definitions, mapSchemas, ROOT, type Schema } from './schema.js';

export type Named = readonly [name: string, schema: Schema];

/** Names that generated code needs itself. */
const TAKEN: ReadonlySet<string> = new Set([
  'JsonText',
  'Exclude',
  'NonNullable',
  'Readonly',
  'Validator',
  'Check',
  'Call',
]);

/**
 * Puts schemas and their own definitions side by side, references included. A definition that several schemas share is
 * one; another one of the same name is named after the schema that it belongs to.
 */
export function hoist(schemas: readonly Named[]): Definitions {
  const result: Record<string, Schema> = {};
  const own = new Set([...TAKEN, ...schemas.map(([name]) => name)]);
  for (const [owner, { definitions = {}, $schema: _, ...schema }] of schemas) {
    const names = new Map<string, string>();
    for (const [name, definition] of Object.entries(definitions)) {
      names.set(
        name,
        free(name, owner, own, (taken) => isFree(result[taken], definition, definitions)),
      );
    }
    const renamed = (each: Schema): Schema => mapSchemas(each, (inner) => withNames(inner, names, owner));
    for (const [name, definition] of Object.entries(definitions)) {
      result[names.get(name) ?? name] = renamed(definition);
    }
    result[owner] = renamed(schema);
  }
  return result;
}

/** Not there, or the same. References inside are compared by what the definitions were called. */
const isFree = (known: Schema | undefined, definition: Schema, _all: Definitions): boolean =>
  known === undefined || isDeepStrictEqual(mapSchemas(known, same), mapSchemas(definition, same));

const same = (schema: Schema): Schema => (schema.$ref === undefined ? schema : { $ref: nameOf(schema.$ref) });
const nameOf = (reference: string): string => safe(reference.split('/').at(-1) ?? '');

function free(
  name: string,
  owner: string,
  own: ReadonlySet<string>,
  isFreeName: (name: string) => boolean,
): string {
  const wanted = safe(name);
  if (!own.has(wanted) && isFreeName(wanted)) return wanted;
  const candidate = `${owner}${pascal(wanted)}`;
  for (let count = 1; ; count += 1) {
    const next = count === 1 ? candidate : `${candidate}_${count}`;
    if (!own.has(next) && isFreeName(next)) return next;
  }
}

/** A definition's name as an identifier; most are one already. */
function safe(name: string): string {
  const word = /^[A-Za-z_]\w*$/.test(name) ? name : pascal(camel(name));
  return /^[A-Za-z_]/.test(word) ? word : `T${word}`;
}

/** @param owner what the whole schema is called, which `#` refers to */
function withNames(schema: Schema, names: ReadonlyMap<string, string>, owner: string): Schema {
  if (schema.$ref === undefined) return schema;
  if (schema.$ref === ROOT) return { ...schema, $ref: `#/definitions/${owner}` };
  const name = schema.$ref.split('/').at(-1) ?? '';
  return { ...schema, $ref: `#/definitions/${names.get(decodeURIComponent(name)) ?? name}` };
}
