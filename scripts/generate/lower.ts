import { type Definitions, mapSchemas, resolve, type Schema } from './schema.js';

/** Bounds of the integer formats. */
export const FORMATS: Readonly<Record<string, { minimum: number; maximum: number }>> = {
  // A greater integer is not what was sent any more once it was parsed.
  int64: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  uint: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
};

/**
 * Rewrites definitions so that validators are fast and one fault gives one error; what is valid stays the same.
 *
 * @param inline a definition takes the place of each reference to it, so that no validator calls another, which costs
 * objects per call; none may hold itself. Defaults are not written where a branch of a union was put in.
 */
export function lower(definitions: Definitions, inline: boolean): Definitions {
  const lowered = mapSchemas({ definitions }, (schema) => {
    const target = inline ? resolve(schema, definitions) : schema;
    return withDiscriminator(withTypeUnion(withBounds(target), definitions), definitions);
  });
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

/** `anyOf` of branches of distinct types becomes one schema of several types: each keyword applies to one of them. */
function withTypeUnion(schema: Schema, definitions: Definitions): Schema {
  if (schema.anyOf === undefined) return schema;
  const branches = schema.anyOf.flatMap((branch) => {
    const target = resolve(branch, definitions);
    return target.anyOf?.map((inner) => resolve(inner, definitions)) ?? [target];
  });
  const types = branches.map((branch) => (tagOf(branch, definitions) === undefined ? branch.type : 'object'));
  const distinct = types.every((type) => typeof type === 'string') && new Set(types).size === types.length;
  if (!distinct) return schema;
  const { anyOf: _, ...rest } = schema;
  return Object.assign({}, ...branches, rest, { type: types }) as Schema;
}

/** A union whose branches are told apart by one constant property gets a discriminator. */
function withDiscriminator(schema: Schema, definitions: Definitions): Schema {
  const tag = tagOf(schema, definitions);
  if (tag === undefined) return schema;
  return { type: 'object', ...schema, discriminator: { propertyName: tag }, required: [tag] };
}

/** The property that tells the branches of a tagged union apart. */
export function tagOf({ oneOf = [] }: Schema, definitions: Definitions): string | undefined {
  const branches = oneOf.map((branch) => resolve(branch, definitions));
  return Object.keys(branches[0]?.properties ?? {}).find((name) =>
    branches.every(({ required, properties }) => required?.includes(name) && isConstant(properties?.[name])),
  );
}

const isConstant = (schema: Schema | true | undefined): boolean =>
  schema !== undefined && schema !== true && (schema.const !== undefined || schema.enum?.length === 1);
