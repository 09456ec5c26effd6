import { FORMATS } from './normalise.js';
import { type Definitions, mapSchemas, recursiveNames, resolve, type Schema } from './schema.js';

/**
 * Rewrites definitions so that validators are fast and one fault gives one error; what is valid stays the same.
 *
 * @param inline a definition takes the place of each reference to it, so that no validator calls another, which costs
 * objects per call; one that holds itself stays. Defaults are not written where a branch of a union was put in.
 */
export function lower(definitions: Definitions, inline: boolean): Definitions {
  const recursive = recursiveNames(definitions);
  const stays = ({ $ref }: Schema): boolean => recursive.has($ref?.split('/').at(-1) ?? '');
  const lowered = mapSchemas({ definitions }, (schema) => {
    const target = inline && !stays(schema) ? resolve(schema, definitions) : schema;
    if (target.$ref !== undefined) return target;
    return withDiscriminator(withTypeUnion(withBounds(target), definitions), definitions);
  });
  return lowered.definitions ?? {};
}

/** Integer formats become bounds, which need no code at run time; what a string or number is meant to be is not checked. */
function withBounds(schema: Schema): Schema {
  if (schema.format === undefined) return schema;
  const { format, ...rest } = schema;
  const bounds = FORMATS[format];
  return bounds !== undefined && isNumeric(schema) ? { ...bounds, ...rest } : rest;
}

const isNumeric = ({ type }: Schema): boolean =>
  type === undefined || [type].flat().some((each) => each === 'integer' || each === 'number');

/** `anyOf` of branches of distinct types becomes one schema of several types: each keyword applies to one of them. */
function withTypeUnion(schema: Schema, definitions: Definitions): Schema {
  if (schema.anyOf === undefined) return schema;
  const branches = schema.anyOf.flatMap((branch) => {
    const target = resolve(branch, definitions);
    return target.anyOf?.map((inner) => resolve(inner, definitions)) ?? [target];
  });
  const bounded = branches.map(withBounds);
  const types = bounded.map((branch) => (tagOf(branch, definitions) === undefined ? branch.type : 'object'));
  const distinct = types.every((type) => typeof type === 'string') && new Set(types).size === types.length;
  if (!distinct) return schema;
  const { anyOf: _, ...rest } = schema;
  return Object.assign({}, ...bounded, rest, { type: types }) as Schema;
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
