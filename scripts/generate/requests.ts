import { titleOf } from './family.js';
import type { FunctionSpec } from './load.js';
import { doc, pascal } from './names.js';
import { isAny, isComposite, type Schema } from './schema.js';

/** One field of what a handler gets. */
interface RequestField {
  readonly name: string;
  readonly type: string;
  /** The code that takes it from `input` and `payload`. */
  readonly value: string;
  readonly comment?: string;
}

/** The type of what a function's handler gets. */
export function renderRequest(spec: FunctionSpec): string {
  const name = `${pascal(spec.key)}Request`;
  const comment = doc(`A checked input of \`${spec.id}\`; any-typed fields as raw text.`);
  const members = requestFields(spec).map(
    (field) =>
      `${field.comment === undefined ? '' : doc(field.comment, '  ')}  readonly ${field.name}: ${field.type};\n`,
  );
  if (members.length === 0) return `${comment}export type ${name} = ${titleOf(spec.request)};\n`;
  return `${comment}export interface ${name} {\n${members.join('')}}\n`;
}

/** Any-typed fields come as raw text, others parsed; where one of those is composite, the input's text comes too. */
export function requestFields({ request }: FunctionSpec): readonly RequestField[] {
  const properties = Object.entries(request.properties ?? {});
  const fields = properties.map(([name, schema]): RequestField => {
    const optional = request.required?.includes(name) !== true;
    const orUndefined = optional ? ' | undefined' : '';
    if (isAny(schema)) {
      const slice = `raw(payload, '${name}')`;
      const value = optional ? `input.${name} === undefined ? undefined : ${slice}` : slice;
      return { name, type: `JsonText${orUndefined}`, value };
    }
    const type = simpleType(schema) ?? `${titleOf(request)}['${name}']`;
    return { name, type: `${type}${orUndefined}`, value: `input.${name}` };
  });
  if (!properties.some(([, schema]) => schema !== true && isComposite(schema))) return fields;
  const comment = 'The text of the whole input, for what parsing it does not tell.';
  return [...fields, { name: 'payload', type: 'JsonText', value: 'payload', comment }];
}

const PRIMITIVES = ['string', 'boolean', 'null'];

/** The type in words, when the schema is of primitive types only. */
function simpleType(schema: Schema | true): string | undefined {
  if (schema === true || schema.enum !== undefined || schema.const !== undefined) return undefined;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.every((type) => PRIMITIVES.includes(type)) ? types.join(' | ') : undefined;
}
