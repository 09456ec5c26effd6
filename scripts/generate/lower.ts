import { type Definitions, mapSchemas, resolve, type Schema } from './schema.js';

const FORMATS: Readonly<Record<string, { minimum: number; maximum: number }>> = {
  // A greater integer is not what was sent any more once it was parsed.
  int64: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  uint: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
};

/** Rewrites definitions so that validators are fast and one fault gives one error; what is valid stays the same. */
export function lower(definitions: Definitions): Definitions {
  const lowered = mapSchemas({ definitions }, (schema) =>
    withDiscriminator(withTypeUnion(withBounds(schema), definitions), definitions),
  );
  return lowered.definitions ?? {};
}

/** Integer formats become bounds, which need no code at run time. */
function withBounds(schema: Schema): Schema {
  if (schema.format === undefined) return schema;
  const bounds = FORMATS[schema.format];
  if (bounds === undefined) throw new Error(`the format ${schema.format} has no meaning here`);
  const { format: _, ...rest } = schema;
  return { ...bounds, ...rest };
}

/** `anyOf` of branches of distinct types becomes one schema of several types. */
function withTypeUnion(schema: Schema, definitions: Definitions): Schema {
  if (schema.anyOf === undefined) return schema;
  const branches = schema.anyOf.flatMap((branch) => {
    const target = resolve(branch, definitions);
    return target.anyOf?.map((inner) => resolve(inner, definitions)) ?? [target];
  });
  const types = branches.map(({ type }) => type);
  const simple = types.every((type) => typeof type === 'string') && new Set(types).size === types.length;
  // A tagged union keeps its own error; null beside it is let through by `nullable`.
  if (!simple) return nullableUnion(schema, branches) ?? schema;
  const { anyOf: _, ...rest } = schema;
  return Object.assign({}, ...branches, rest, { type: types }) as Schema;
}

function nullableUnion(schema: Schema, branches: readonly Schema[]): Schema | undefined {
  const unions = branches.filter((branch) => branch.oneOf !== undefined);
  const nulls = branches.filter((branch) => branch.type === 'null');
  const union = unions[0]?.oneOf;
  if (branches.length !== 2 || nulls.length !== 1 || union === undefined) return undefined;
  const { anyOf: _, ...rest } = schema;
  return { ...rest, if: { type: 'object' }, then: { type: 'object', oneOf: union }, else: { type: 'null' } };
}

/** A union whose branches are told apart by one constant property gets a discriminator. */
function withDiscriminator(schema: Schema, definitions: Definitions): Schema {
  if (schema.oneOf === undefined) return schema;
  const branches = schema.oneOf.map((branch) => resolve(branch, definitions));
  const tag = Object.keys(branches[0]?.properties ?? {}).find((name) =>
    branches.every((branch) => branch.required?.includes(name) && isConstant(branch.properties?.[name])),
  );
  if (tag === undefined) return schema;
  return { type: 'object', ...schema, discriminator: { propertyName: tag }, required: [tag] };
}

const isConstant = (schema: Schema | true | undefined): boolean =>
  schema !== undefined && schema !== true && (schema.const !== undefined || schema.enum?.length === 1);
