import { compile } from 'json-schema-to-typescript';
import type { Family } from './family.js';
import { header } from './header.js';
import { isAny, mapSchemas, type Schema } from './schema.js';

const ROOT = 'Root';

/** TypeScript types of a family's definitions. */
export async function renderTypes(family: Family): Promise<string> {
  const schema = mapSchemas({ title: ROOT, type: 'object', definitions: family.definitions }, (each) =>
    forTypes(each, family.defaults),
  );
  const text = await compile(schema as Parameters<typeof compile>[0], ROOT, {
    bannerComment: '',
    additionalProperties: false,
    unreachableDefinitions: true,
    unknownAny: true,
    style: { singleQuote: true, printWidth: 110 },
  });
  const clash = text.match(/export (?:type|interface) (\w*\D)1\b/)?.[1];
  if (clash !== undefined) throw new Error(`the types of ${family.name} name ${clash} twice`);
  return header(family.inputs) + tidy(text);
}

/** Removes the root, which only holds the definitions together, and the comments that point at it. */
function tidy(text: string): string {
  return text
    .replace(`export interface ${ROOT} {}\n`, '')
    .replace(/ \*\n( \* This interface was referenced by `Root`)/g, '$1')
    .replace(
      / \* This interface was referenced by `Root`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g,
      '',
    )
    .replace(/\/\*\*\n \*\/\n/g, '')
    .trimStart();
}

function forTypes(schema: Schema, defaults: boolean): Schema {
  if (isAny(schema)) return { ...schema, tsType: 'unknown' };
  // A reference with siblings would become a second type of the same name.
  if (schema.$ref !== undefined) return { $ref: schema.$ref };
  const result: Record<string, unknown> = { ...schema };
  // Conditions narrow what is valid, not what the type is.
  if (schema.allOf?.every((branch) => branch.if !== undefined)) delete result.allOf;
  if (schema.title !== ROOT) delete result.title;
  if (isFalseOrObject(schema)) {
    const { type: _, if: __, then: ___, ...rest } = result;
    return {
      description: schema.description,
      anyOf: [
        { ...rest, type: 'object' },
        { type: 'boolean', const: false },
      ],
    } as Schema;
  }
  if (defaults && schema.properties !== undefined) {
    const present = Object.entries(schema.properties).filter(
      ([, each]) => each !== true && each.default !== undefined,
    );
    result.required = [...new Set([...(schema.required ?? []), ...present.map(([key]) => key)])];
  }
  return result;
}

/** A boolean that can only be false. */
const isFalseOrObject = ({ type, then }: Schema): boolean =>
  Array.isArray(type) &&
  type.includes('object') &&
  type.includes('boolean') &&
  (then as Schema | undefined)?.const === false;
