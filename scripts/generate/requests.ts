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

/** Any-typed fields come as raw text, composite ones parsed and as raw text, others parsed. */
export function requestFields({ request }: FunctionSpec): readonly RequestField[] {
  return Object.entries(request.properties ?? {}).flatMap(([name, schema]) => {
    const optional = request.required?.includes(name) !== true;
    const orUndefined = optional ? ' | undefined' : '';
    const slice = `raw(payload, '${name}')`;
    const text = {
      type: `JsonText${orUndefined}`,
      value: optional ? `input.${name} === undefined ? undefined : ${slice}` : slice,
    };
    if (isAny(schema)) return [{ name, ...text }];
    const type = simpleType(schema) ?? `${titleOf(request)}['${name}']`;
    const parsed = { name, type: `${type}${orUndefined}`, value: `input.${name}` };
    if (schema === true || !isComposite(schema)) return [parsed];
    return [parsed, { name: `${name}Text`, ...text, comment: `The raw text of \`${name}\`.` }];
  });
}

const PRIMITIVES = ['string', 'boolean', 'null'];

/** The type in words, when the schema is of primitive types only. */
function simpleType(schema: Schema | true): string | undefined {
  if (schema === true || schema.enum !== undefined || schema.const !== undefined) return undefined;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.every((type) => PRIMITIVES.includes(type)) ? types.join(' | ') : undefined;
}
