import type { ApiReference } from './errata.js';
import type { Schema } from './schema.js';

/** What a change is about: one function, one trigger type, or a definition wherever it is used. */
export type Section = 'functions' | 'triggers' | 'definitions';

const SECTIONS: readonly string[] = ['functions', 'triggers', 'definitions'];
const SCHEMAS = ['request_schema', 'response_schema', 'invocation_schema', 'return_schema'];

/** `functions/<id>` → its section and id. @param what is changed by it, for the error */
export function splitTarget(what: string, target: string): readonly [Section, string] {
  const [section = '', ...rest] = target.split('/');
  if (!SECTIONS.includes(section)) {
    throw new Error(`${what}: the target ${target} starts with none of ${SECTIONS.join('/, ')}/`);
  }
  return [section as Section, rest.join('/')];
}

/**
 * The reference with what `target` names replaced by what `change` makes of it.
 *
 * @throws Error when there is nothing of that name
 */
export function changeTarget(
  reference: ApiReference,
  what: string,
  target: string,
  change: (entry: unknown) => unknown,
): ApiReference {
  const [section, name] = splitTarget(what, target);
  let found = false;
  const changed = <T>(entry: T): T => {
    found = true;
    return change(entry) as T;
  };
  const after =
    section === 'definitions'
      ? {
          functions: reference.functions.map((entry) => withDefinition(entry, name, changed)),
          triggers: reference.triggers.map((entry) => withDefinition(entry, name, changed)),
        }
      : {
          ...reference,
          [section]: reference[section].map((entry) => (entry.name === name ? changed(entry) : entry)),
        };
  if (!found) throw new Error(`${what}: there is no ${target}`);
  return after as ApiReference;
}

/** The entry with a definition changed in each of its schemas that has it, under either of its keywords. */
function withDefinition<T extends object>(entry: T, name: string, change: (schema: Schema) => Schema): T {
  const result: Record<string, unknown> = { ...(entry as Record<string, unknown>) };
  for (const key of SCHEMAS) {
    for (const keyword of ['definitions', '$defs']) {
      const schema = result[key] as Record<string, Record<string, Schema> | undefined> | undefined;
      const definition = schema?.[keyword]?.[name];
      if (definition === undefined) continue;
      result[key] = { ...schema, [keyword]: { ...schema?.[keyword], [name]: change(definition) } };
    }
  }
  return result as T;
}
