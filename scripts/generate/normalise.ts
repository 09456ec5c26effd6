import { Ajv } from 'ajv';
import { mapSchemas, ROOT, type Schema } from './schema.js';

/** Formats that say how a string or number is meant; they refuse nothing, as JSON Schema has it by default. */
const ANNOTATIONS: ReadonlySet<string> = new Set(
  (
    'binary byte date date-time double duration email float hostname idn-email ipv4 ipv6 iri ip partial-date-time ' +
    'password regex time uri uri-reference uuid url json-pointer char'
  ).split(' '),
);

/** Keywords that are followed, or say nothing about what is valid. Others of newer drafts may, so they are refused. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    '$schema $id $ref $defs $comment title description default examples deprecated readOnly writeOnly definitions ' +
    'type const enum format nullable discriminator oneOf anyOf allOf not if then else ' +
    'properties required additionalProperties patternProperties propertyNames minProperties maxProperties ' +
    'items additionalItems prefixItems contains minItems maxItems uniqueItems ' +
    'minLength maxLength pattern contentEncoding contentMediaType ' +
    'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'
  ).split(' '),
);

/** Notes that others add to a schema. */
const NOTE = /^(x-.*|example|externalDocs|xml)$/;

/** Names of fields that code cannot be sure of: every object has them already. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'hasOwnProperty']);

/** Bounds of the integer formats. A greater integer than a double holds is not what was sent any more, once parsed (D5). */
export const FORMATS: Readonly<Record<string, { minimum: number; maximum: number }>> = {
  int8: { minimum: -(2 ** 7), maximum: 2 ** 7 - 1 },
  int16: { minimum: -(2 ** 15), maximum: 2 ** 15 - 1 },
  int32: { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  int64: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  int: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  int128: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  uint8: { minimum: 0, maximum: 2 ** 8 - 1 },
  uint16: { minimum: 0, maximum: 2 ** 16 - 1 },
  uint32: { minimum: 0, maximum: 2 ** 32 - 1 },
  uint64: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  uint128: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  uint: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
};

/**
 * A schema of any draft since 6, as draft 7 writes it. Values of documented variants become an `enum`.
 *
 * @param where names the function or trigger type and the schema, for errors
 * @throws Error naming the place and what cannot be supported there
 */
export function normalise(schema: Schema, where: string): Schema {
  const { $defs, ...rest } = Object.fromEntries(
    Object.entries(schema).filter(([key]) => !NOTE.test(key)),
  ) as Schema;
  const unsupported = Object.keys(rest).find((key) => !KEYWORDS.has(key));
  if (unsupported !== undefined) throw new Error(`${where}: ${unsupported} is not supported`);
  const reserved = Object.keys(rest.properties ?? {}).find((key) => RESERVED.has(key));
  if (reserved !== undefined) throw new Error(`${where}: a field called ${reserved} is not supported`);
  checkFormat(rest, where);
  checkReference(rest.$ref, where);
  return children(withEnum(withNull(withTuple(withDefinitions(rest, $defs)))), where);
}

const withDefinitions = (schema: Schema, $defs: unknown): Schema =>
  $defs === undefined ? schema : { ...schema, definitions: { ...schema.definitions, ...($defs as object) } };

/** Draft 2020-12 tells a tuple by `prefixItems`, and `items` is what follows. */
function withTuple({ prefixItems, items, ...schema }: Schema): Schema {
  if (prefixItems === undefined) return items === undefined ? schema : { ...schema, items };
  const rest = items === undefined ? {} : { additionalItems: items };
  return { ...schema, items: prefixItems as never, ...rest };
}

/** OpenAPI's way to say that null is a value too. */
function withNull({ nullable, ...schema }: Schema): Schema {
  if (nullable !== true) return schema;
  if (schema.type === undefined) return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, type: [...new Set([schema.type, 'null'].flat())] };
}

/** `oneOf` of documented string constants: as an `enum` its error lists the values. */
function withEnum(schema: Schema): Schema {
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches === undefined || branches.length < 2) return schema;
  const values = branches.map((branch) => (branch.const === undefined ? branch.enum : [branch.const]));
  if (!values.every((each) => each?.every((value) => typeof value === 'string'))) return schema;
  const { oneOf: _, anyOf: __, ...rest } = schema;
  const documented = branches.filter(({ description }) => description !== undefined);
  const notes = documented.map(
    (branch) => `\`${branch.const ?? branch.enum?.join('`, `')}\`: ${branch.description}`,
  );
  const description = [rest.description, ...notes].filter((text) => text !== undefined).join(' ');
  return { ...rest, type: 'string', enum: values.flat(), ...(description === '' ? {} : { description }) };
}

function checkFormat({ format, type, ...schema }: Schema, where: string): void {
  if (format === undefined || ANNOTATIONS.has(format) || FORMATS[format] !== undefined) return;
  if (type === 'string' || schema.enum !== undefined) return;
  throw new Error(`${where}: the format ${format} is not known, so nothing would check it`);
}

function checkReference(reference: string | undefined, where: string): void {
  if (reference === undefined || reference === ROOT || /^#\/(definitions|\$defs)\/[^/]+$/.test(reference))
    return;
  if (reference.startsWith('#/components/schemas/')) return;
  throw new Error(`${where}: the reference ${reference} does not name a definition of this schema`);
}

const RECORDS = ['properties', 'definitions', 'patternProperties'] as const;
const SINGLES = [
  'additionalProperties',
  'additionalItems',
  'not',
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
];
const LISTS = ['oneOf', 'anyOf', 'allOf'] as const;

function children(schema: Schema, where: string): Schema {
  const result: Record<string, unknown> = { ...schema };
  const walk = (child: unknown, at: string): unknown =>
    typeof child === 'object' && child !== null ? normalise(child as Schema, `${where}.${at}`) : child;
  if (schema.$ref !== undefined) result.$ref = schema.$ref.replace('#/$defs/', '#/definitions/');
  for (const key of RECORDS) {
    const record = schema[key] as Readonly<Record<string, unknown>> | undefined;
    if (record === undefined) continue;
    result[key] = Object.fromEntries(
      Object.entries(record).map(([name, child]) => [name, walk(child, name)]),
    );
  }
  for (const key of SINGLES) if (schema[key] !== undefined) result[key] = walk(schema[key], key);
  for (const key of LISTS) {
    const list = schema[key];
    if (list !== undefined) result[key] = list.map((child, at) => walk(child, `${key}[${at}]`));
  }
  const { items } = schema as { items?: unknown };
  if (Array.isArray(items)) result.items = items.map((child, at) => walk(child, `[${at}]`));
  else if (items !== undefined) result.items = walk(items, '[]');
  return result as Schema;
}

const metaschema = new Ajv({ strict: false, logger: false });

/** @throws Error when it is no JSON Schema, or a reference leads nowhere */
export function checked(schema: Schema, where: string): Schema {
  const { $schema: _, ...plain } = schema;
  if (!metaschema.validateSchema(plain)) {
    const { instancePath = '', message = 'is malformed' } = metaschema.errors?.[0] ?? {};
    throw new Error(`${where}: ${instancePath.slice(1).replaceAll('/', '.')} ${message}`);
  }
  mapSchemas(schema, (each) => {
    const seen = new Set<string>();
    for (let target: Schema | undefined = each; target.$ref !== undefined && target.$ref !== ROOT; ) {
      const name = decodeURIComponent(target.$ref.split('/').at(-1) ?? '');
      if (seen.has(name)) throw new Error(`${where}: the definition ${name} is a reference to itself`);
      seen.add(name);
      target = schema.definitions?.[name];
      if (target === undefined)
        throw new Error(`${where}: the definition ${name} that it refers to is not there`);
    }
    return each;
  });
  return schema;
}
