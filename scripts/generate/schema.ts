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

/** Applies `change` to `schema` and to every schema below it, parents first. */
export function mapSchemas(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const result: Record<string, unknown> = { ...change(schema) };
  const { properties, definitions, items, oneOf, anyOf, allOf } = result as Schema;
  const walk = (child: Schema | true): Schema => mapSchemas(child === true ? {} : child, change);
  const record = (of: Readonly<Record<string, Schema | true>>) =>
    Object.fromEntries(Object.entries(of).map(([key, child]) => [key, walk(child)]));
  if (properties !== undefined) result.properties = record(properties);
  if (definitions !== undefined) result.definitions = record(definitions);
  if (items !== undefined) result.items = walk(items);
  for (const [key, branches] of Object.entries({ oneOf, anyOf, allOf })) {
    if (branches !== undefined) result[key] = branches.map(walk);
  }
  return result;
}
