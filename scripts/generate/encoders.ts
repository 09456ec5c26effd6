import { doc, member } from './names.js';
import { isBare, isConstant, known, type Message, type Messages } from './parts.js';
import type { Field, RecordShape, Shape, UnionShape } from './shape.js';

export const encoderOf = ({ parts }: Message): string => `encode${parts.replace(/Parts$/, '')}`;

/** The function that writes a message: fixed text and parts joined, in the order of the fields. */
export function renderEncoder(message: Message, messages: Messages): string {
  const { shape, definition, parts } = message;
  const name = encoderOf(message);
  const comment = doc(`The text of \`${definition}\`.`);
  if (shape.kind === 'union')
    return `${comment}export function ${name}(parts: ${parts}): JsonText {\n${unionBody(shape, messages)}}\n`;
  const argument = isBare(message) ? '' : `parts: ${parts}`;
  return `${comment}export function ${name}(${argument}): JsonText {\n${recordBody(shape, messages)}}\n`;
}

function unionBody({ tag, branches }: UnionShape, messages: Messages): string {
  const cases = branches.map(({ name, value }) => {
    const branch = known(messages, name);
    return `    case '${value}':\n      return ${encoderOf(branch)}(${isBare(branch) ? '' : 'parts'});\n`;
  });
  return `  switch (${member('parts', tag)}) {\n${cases.join('')}  }\n`;
}

function recordBody({ fields }: RecordShape, messages: Messages): string {
  const [first] = fields;
  if (first === undefined) return "  return '{}' as JsonText;\n";
  if (fields.every(({ optional }) => !optional)) {
    const pieces = fields.map((field, at) => piece(field, at === 0 ? '{' : ',', messages));
    return `  return (${joined([...pieces, "'}'"])}) as JsonText;\n`;
  }
  if (first.optional) return sparseBody(fields, messages);
  const lines = runs(fields, messages).map((code) => `  ${code}\n`);
  return `${lines.join('')}  return (text + '}') as JsonText;\n`;
}

/** No field is there for certain to begin with. Nothing is cut off afterwards: that would copy all of the text. */
function sparseBody(fields: readonly Field[], messages: Messages): string {
  const lines = fields.map((field) => {
    const code = `text += (text === '' ? '{' : ',') + ${piece(field, '', messages)};`;
    return field.optional ? `  if (${member('parts', field.key)} !== undefined) ${code}\n` : `  ${code}\n`;
  });
  return `  let text = '';\n${lines.join('')}  return (text === '' ? '{}' : text + '}') as JsonText;\n`;
}

/** Statements that append the fields; what is absent costs a comparison and no concatenation. */
function runs(fields: readonly Field[], messages: Messages): readonly string[] {
  const lines: string[] = [];
  let present: string[] = [];
  const flush = (): void => {
    const code = present.length === 0 ? "''" : joined(present);
    if (lines.length === 0) lines.push(`let text = ${code};`);
    else if (present.length > 0) lines.push(`text += ${code};`);
    present = [];
  };
  for (const [at, field] of fields.entries()) {
    const code = piece(field, at === 0 && !field.optional ? '{' : ',', messages);
    if (!field.optional) present.push(code);
    else {
      flush();
      lines.push(`if (${member('parts', field.key)} !== undefined) text += ${code};`);
    }
  }
  flush();
  return lines;
}

/** Neighbouring literals become one. */
const joined = (pieces: readonly string[]): string => pieces.join(' + ').replaceAll("' + '", '');

function piece(field: Field, before: string, messages: Messages): string {
  const { key, shape, optional } = field;
  const label = `'${before}${JSON.stringify(key).replace(/[\\']/g, '\\$&')}:'`;
  if (isConstant(field) && !optional && shape.kind === 'enumeration')
    return joined([label, `'"${shape.values[0]}"'`]);
  return joined([label, valueText(shape, member('parts', key), messages)]);
}

function valueText(shape: Shape, value: string, messages: Messages): string {
  switch (shape.kind) {
    case 'raw':
    case 'number':
    case 'boolean':
      return value;
    case 'null':
      return "'null'";
    case 'string':
      return `quote(${value})`;
    case 'enumeration':
      return `'"' + ${value} + '"'`;
    case 'named':
      return `${encoderOf(known(messages, shape.name))}(${value})`;
    case 'nullable':
      return `(${value} === null ? 'null' : ${valueText(shape.of, value, messages)})`;
    case 'array':
      return arrayText(shape.items, value, messages);
    case 'plain':
      return `JSON.stringify(${value})`;
  }
}

export function arrayText(items: Shape, value: string, messages: Messages): string {
  if (items.kind === 'raw') return `'[' + ${value}.join(',') + ']'`;
  if (items.kind === 'string') return `arrayText(${value}, quote)`;
  if (items.kind === 'named') return `arrayText(${value}, ${encoderOf(known(messages, items.name))})`;
  return `JSON.stringify(${value})`;
}
