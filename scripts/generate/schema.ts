/** The part of JSON Schema that the spec uses; other keywords pass through unread. */
export interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema | true>>;
  readonly required?: readonly string[];
  readonly items?: Schema | true;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly definitions?: Definitions;
  readonly [keyword: string]: unknown;
}

/** Named schemas that refer to each other by `#/definitions/<name>`. */
export type Definitions = Readonly<Record<string, Schema>>;

const DEFINITION = '#/definitions/';

/** A reference to the whole schema that it stands in. */
export const ROOT = '#';

/** Follows a reference, if `schema` is one. */
export function resolve(schema: Schema | true, definitions: Definitions): Schema {
  if (schema === true) return {};
  if (schema.$ref === undefined) return schema;
  const target = schema.$ref.startsWith(DEFINITION)
    ? definitions[schema.$ref.slice(DEFINITION.length)]
    : undefined;
  if (target === undefined) throw new Error(`the spec refers to ${schema.$ref}, which is not defined`);
  return resolve(target, definitions);
}

/** True when any JSON value is valid, so that a value of it is handled as raw text. */
export function isAny(schema: Schema | true): boolean {
  if (schema === true) return true;
  return Object.keys(schema).every((key) => ['description', 'title', 'default', '$schema'].includes(key));
}

/** True when valid values hold other values: arrays, objects, unions of them. */
export const isComposite = (schema: Schema): boolean =>
  schema.$ref !== undefined || schema.type === 'object' || schema.type === 'array';

const RECORDS = ['properties', 'definitions', 'patternProperties'] as const;
const SINGLES = ['additionalProperties', 'additionalItems', 'not', 'contains'] as const;
const LISTS = ['oneOf', 'anyOf', 'allOf'] as const;

/** Applies `change` to `schema` and to every schema below it, parents first. */
export function mapSchemas(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const result: Record<string, unknown> = { ...change(schema) };
  const walk = (child: Schema | true): Schema => mapSchemas(child === true ? {} : child, change);
  const isSchema = (child: unknown): child is Schema => typeof child === 'object' && child !== null;
  for (const key of RECORDS) {
    const record = result[key] as Readonly<Record<string, Schema | true>> | undefined;
    if (record === undefined) continue;
    result[key] = Object.fromEntries(Object.entries(record).map(([name, child]) => [name, walk(child)]));
  }
  for (const key of SINGLES) if (isSchema(result[key])) result[key] = walk(result[key]);
  for (const key of LISTS) {
    const list = result[key] as readonly Schema[] | undefined;
    if (list !== undefined) result[key] = list.map(walk);
  }
  const items = result.items as Schema | true | readonly Schema[] | undefined;
  if (Array.isArray(items)) result.items = items.map(walk);
  else if (items !== undefined) result.items = walk(items as Schema | true);
  return result;
}

/** Names of definitions that hold themselves. */
export function recursiveNames(definitions: Definitions): ReadonlySet<string> {
  const uses = new Map<string, ReadonlySet<string>>();
  for (const [name, schema] of Object.entries(definitions)) {
    const found = new Set<string>();
    mapSchemas(schema, (each) => {
      if (each.$ref?.startsWith(DEFINITION)) found.add(each.$ref.slice(DEFINITION.length));
      return each;
    });
    uses.set(name, found);
  }
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    [...(uses.get(from) ?? [])].some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  return new Set([...uses.keys()].filter((name) => reaches(name, name, new Set())));
}
