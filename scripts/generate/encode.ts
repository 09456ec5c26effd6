import { titleOf } from './family.js';
import { header } from './header.js';
import type { FunctionSpec, Spec } from './load.js';
import { doc, pascal } from './names.js';
import { isAny, type Schema } from './schema.js';

/** `generated/encode.ts`: results as JSON text, their any-typed parts taken over as they are. */
export function renderEncoders(spec: Spec): string {
  const objects = spec.functions.filter(({ response }) => response.type === 'object');
  const arrays = spec.functions.filter(({ response }) => response.type === 'array');
  const types = [
    ...objects.filter(({ response }) => fieldsOf(response).some(({ raw }) => !raw)),
    ...arrays.filter(({ response }) => !isAny(response.items ?? true)),
  ].map(({ response }) => titleOf(response));
  const imports =
    types.length > 0 ? `import type { ${types.sort().join(', ')} } from './functions.js';\n` : '';
  const blocks = [...objects.map(renderObject), ...arrays.map(renderArray)];
  return `${header(spec.inputs.api)}${imports}import type { JsonText } from './json-text.js';\n\n${blocks.join('\n')}`;
}

function renderArray({ id, key, response }: FunctionSpec): string {
  const raw = isAny(response.items ?? true);
  const type = raw ? 'readonly JsonText[]' : `Readonly<${titleOf(response)}>`;
  const body = raw ? "'[' + result.join(',') + ']'" : 'JSON.stringify(result)';
  return `${doc(`Encodes the result of \`${id}\`.`)}export function encode${pascal(key)}Result(result: ${type}): JsonText {
  return (${body}) as JsonText;
}
`;
}

function renderObject({ id, key, response }: FunctionSpec): string {
  const fields = fieldsOf(response);
  const name = `${pascal(key)}ResultParts`;
  const members = fields.map((field) => {
    const type = field.raw ? 'JsonText' : `${titleOf(response)}['${field.key}']`;
    return field.optional
      ? `  readonly ${field.key}?: ${type} | undefined;\n`
      : `  readonly ${field.key}: ${type};\n`;
  });
  const present = fields
    .filter(({ optional }) => !optional)
    .map((field, at) => append(field, at === 0 ? '{' : ','));
  if (present.length === 0)
    throw new Error(`${id}: a result without a field that is always there has no encoder`);
  const rest = fields
    .filter(({ optional }) => optional)
    .map(
      (field) =>
        ` +\n    (result.${field.key}${field.array ? '?.length' : ' !== undefined'} ? ${append(field, ',')} : '')`,
    );
  return `${doc(`What the result of \`${id}\` is made of; any-typed parts as JSON text.`)}export interface ${name} {
${members.join('')}}

${doc(`Encodes the result of \`${id}\`.`)}export function encode${pascal(key)}Result(result: ${name}): JsonText {
  return (${present.join(' + ')}${rest.join('')} + '}') as JsonText;
}
`;
}

const append = ({ key, raw }: Field, before: string): string =>
  `'${before}${JSON.stringify(key)}:' + ${raw ? `result.${key}` : `JSON.stringify(result.${key})`}`;

interface Field {
  readonly key: string;
  readonly raw: boolean;
  /** Left out of the text when absent, and when it is an empty array. */
  readonly optional: boolean;
  readonly array: boolean;
}

/** A raw field is never optional: the text `null` says that there is no value. */
function fieldsOf({ properties = {}, required = [] }: Schema): readonly Field[] {
  return Object.entries(properties).map(([key, schema]) => {
    const raw = isAny(schema);
    return {
      key,
      raw,
      optional: !raw && !required.includes(key),
      array: schema !== true && schema.type === 'array',
    };
  });
}
