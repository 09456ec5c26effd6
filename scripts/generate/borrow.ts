import type { ApiReference } from './errata.js';
import type { Schema } from './schema.js';

type Published = Schema | boolean | null | undefined;
type Named = Readonly<Record<string, Schema>>;

const definitionsOf = (schema: Published): Named =>
  typeof schema === 'object' && schema !== null
    ? { ...schema.definitions, ...(schema.$defs as Named | undefined) }
    : {};

/** The definitions of all functions, by name. */
export const allDefinitions = ({ functions }: ApiReference): Named =>
  Object.assign(
    {},
    ...functions.flatMap(({ request_schema, response_schema }) => [
      definitionsOf(request_schema),
      definitionsOf(response_schema),
    ]),
  ) as Named;

/** The schema with the definitions of other functions that it refers to: an engine sees one schema at a time. */
export function selfContained(schema: Published, all: Named): Published {
  if (typeof schema !== 'object' || schema === null) return schema;
  const own = definitionsOf(schema);
  const names = [...JSON.stringify(schema).matchAll(/"#\/(?:definitions|\$defs)\/([^"/]+)"/g)].map(
    ([, name = '']) => name,
  );
  const missing = [...new Set(names)].filter((name) => own[name] === undefined && all[name] !== undefined);
  if (missing.length === 0) return schema;
  const borrowed = Object.fromEntries(missing.map((name) => [name, all[name]]));
  return selfContained({ ...schema, definitions: { ...schema.definitions, ...borrowed } } as Schema, all);
}
