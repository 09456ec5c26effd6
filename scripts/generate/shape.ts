import { type Definitions, isAny, resolve, type Schema } from './schema.js';

/** How a value is written as text. */
export type Shape =
  /** Any JSON value, which passes through as its text. */
  | { readonly kind: 'raw' }
  | { readonly kind: 'string' | 'number' | 'boolean' | 'null' }
  /** One of a few strings that need no escaping. */
  | { readonly kind: 'enumeration'; readonly values: readonly string[] }
  /** A record or union with an encoder of its own. */
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'array'; readonly items: Shape }
  | { readonly kind: 'nullable'; readonly of: Shape }
  /** Whatever else: parsed and stringified as a whole. */
  | { readonly kind: 'plain' };

export interface Field {
  readonly key: string;
  readonly optional: boolean;
  readonly shape: Shape;
}

/** An object of known fields, in the order in which they are written. */
export interface RecordShape {
  readonly kind: 'record';
  readonly fields: readonly Field[];
}

/** Records that one constant field tells apart. */
export interface UnionShape {
  readonly kind: 'union';
  readonly tag: string;
  readonly branches: readonly { readonly value: string; readonly name: string }[];
}

const NEEDS_NO_ESCAPE = /^[\w:. -]*$/;
const OPEN = ['oneOf', 'anyOf', 'allOf', 'patternProperties', 'if'];

/** What a definition is, when it gets an encoder; undefined when its values are written where they are used. */
export function definitionShape(
  schema: Schema,
  definitions: Definitions,
  order: readonly string[] = [],
): RecordShape | UnionShape | undefined {
  if (schema.oneOf !== undefined) return unionShape(schema.oneOf, definitions);
  return isRecord(schema) ? { kind: 'record', fields: recordFields(schema, definitions, order) } : undefined;
}

function isRecord(schema: Schema): boolean {
  const { type, properties, additionalProperties } = schema;
  const open = typeof additionalProperties === 'object' || OPEN.some((key) => schema[key] !== undefined);
  return type === 'object' && properties !== undefined && !open;
}

/** The fields in the order given, then those that it does not name. @throws Error when it names one that is not there */
function recordFields(
  { properties = {}, required = [] }: Schema,
  definitions: Definitions,
  order: readonly string[],
): readonly Field[] {
  const stray = order.find((key) => properties[key] === undefined);
  if (stray !== undefined) throw new Error(`spec/layout.json names the field ${stray}, which is not there`);
  const keys = [...order, ...Object.keys(properties).filter((key) => !order.includes(key))];
  return keys.map((key) => ({
    key,
    optional: !required.includes(key),
    shape: shapeOf(properties[key] ?? true, definitions),
  }));
}

function unionShape(branches: readonly Schema[], definitions: Definitions): UnionShape | undefined {
  const named = branches.map((branch) => ({
    name: branch.$ref?.split('/').at(-1),
    properties: resolve(branch, definitions).properties ?? {},
  }));
  const tag = Object.keys(named[0]?.properties ?? {}).find((key) =>
    named.every(({ name, properties }) => name !== undefined && constantOf(properties[key]) !== undefined),
  );
  if (tag === undefined) return undefined;
  return {
    kind: 'union',
    tag,
    branches: named.map(({ name = '', properties }) => ({ name, value: constantOf(properties[tag]) ?? '' })),
  };
}

function constantOf(schema: Schema | true | undefined): string | undefined {
  if (schema === undefined || schema === true) return undefined;
  const value = schema.const ?? (schema.enum?.length === 1 ? schema.enum[0] : undefined);
  return typeof value === 'string' && NEEDS_NO_ESCAPE.test(value) ? value : undefined;
}

export function shapeOf(
  schema: Schema | true,
  definitions: Definitions,
  inside: readonly string[] = [],
): Shape {
  if (isAny(schema)) return { kind: 'raw' };
  const known = schema as Schema;
  if (known.$ref !== undefined) {
    const name = known.$ref.split('/').at(-1) ?? '';
    const target = resolve(known, definitions);
    const isUnion = target.oneOf !== undefined && unionShape(target.oneOf, definitions) !== undefined;
    if (isUnion || isRecord(target)) return { kind: 'named', name };
    return inside.includes(name) ? { kind: 'plain' } : shapeOf(target, definitions, [...inside, name]);
  }
  const values = known.const === undefined ? known.enum : [known.const];
  if (values !== undefined) {
    const safe = values.every((value) => typeof value === 'string' && NEEDS_NO_ESCAPE.test(value));
    return safe ? { kind: 'enumeration', values: values as string[] } : { kind: 'plain' };
  }
  return nullable(known, definitions, inside) ?? typed(known, definitions, inside);
}

/** `anyOf` of something and null, or a type of two, one of them null. */
function nullable(schema: Schema, definitions: Definitions, inside: readonly string[]): Shape | undefined {
  const { type, anyOf, ...rest } = schema;
  if (anyOf?.length === 2) {
    const other = anyOf.find((branch) => branch.type !== 'null');
    const isNullable = anyOf.some((branch) => branch.type === 'null');
    if (other === undefined || !isNullable) return undefined;
    return { kind: 'nullable', of: shapeOf(other, definitions, inside) };
  }
  if (!Array.isArray(type) || type.length !== 2 || !type.includes('null')) return undefined;
  const other = type.find((each) => each !== 'null') ?? 'null';
  return { kind: 'nullable', of: shapeOf({ ...rest, type: other }, definitions, inside) };
}

function typed(schema: Schema, definitions: Definitions, inside: readonly string[]): Shape {
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
    case 'number':
      return { kind: schema.type };
    case 'integer':
      return { kind: 'number' };
    case 'array': {
      if (schema.items === undefined || Array.isArray(schema.items)) return { kind: 'plain' };
      return { kind: 'array', items: shapeOf(schema.items, definitions, inside) };
    }
    default:
      return { kind: 'plain' };
  }
}
