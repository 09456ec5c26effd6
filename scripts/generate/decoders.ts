import { doc, member, propertyKey, quote } from './names.js';
import { holdsText, isBare, isText, known, type Message, type Messages, partsOf } from './parts.js';
import type { Field, RecordShape, Shape, UnionShape } from './shape.js';

export const decoderOf = ({ parts }: Message): string => `decode${parts.replace(/Parts$/, '')}`;

/** The function that takes a message apart: any-typed parts are cut out of its text, the others are parsed already. */
export function renderDecoder(message: Message, messages: Messages): string {
  const { shape, definition, parts } = message;
  const body = shape.kind === 'union' ? unionBody(shape, messages) : recordBody(shape, messages);
  const text = holdsText(message, messages) ? ', text: string' : '';
  const hint = text === '' ? '' : ' @param text what `message` was parsed from';
  const name = body.includes('message') ? 'message' : '_message';
  const comment = doc(`The parts of a checked \`${definition}\`.${hint}`);
  return `${comment}export function ${decoderOf(message)}(${name}: ${definition}${text}): ${parts} {\n${body}}\n`;
}

/** @param text the code of the message's text */
function decode(message: Message, value: string, text: string, messages: Messages): string {
  const more = holdsText(message, messages) ? `, ${text}` : '';
  return `${decoderOf(message)}(${value}${more})`;
}

function unionBody({ tag, branches }: UnionShape, messages: Messages): string {
  const cases = branches.map(({ name, value }) => {
    const type = `${propertyKey(tag)}: ${member('message', tag)}`;
    const branch = known(messages, name);
    const rest = isBare(branch) ? '' : `, ...${decode(branch, 'message', 'text', messages)}`;
    return `    case ${quote(value)}:\n      return { ${type}${rest} };\n`;
  });
  return `  switch (${member('message', tag)}) {\n${cases.join('')}  }\n`;
}

function recordBody(shape: RecordShape, messages: Messages): string {
  const fields = partsOf(shape).map((field) => `    ${propertyKey(field.key)}: ${part(field, messages)},\n`);
  return fields.length === 0 ? '  return {};\n' : `  return {\n${fields.join('')}  };\n`;
}

/** The code of one part, from `message` and `text`. */
function part(field: Field, messages: Messages): string {
  const value = member('message', field.key);
  const code = read(field.shape, value, `fieldText(text, ${quote(field.key)})`, messages);
  return field.optional && code !== value ? `${value} === undefined ? undefined : ${code}` : code;
}

function read(shape: Shape, value: string, text: string, messages: Messages): string {
  switch (shape.kind) {
    case 'raw':
      return text;
    case 'named':
      return decode(known(messages, shape.name), value, text, messages);
    case 'nullable': {
      const code = read(shape.of, value, text, messages);
      return code === value ? value : `${value} === null ? null : ${code}`;
    }
    case 'array': {
      if (shape.items.kind === 'raw') return `sliceElements(${text})`;
      if (isText(shape.items, messages)) {
        const item = read(shape.items, `${value}![at]!`, 'each', messages);
        return `sliceElements(${text}).map((each, at) => ${item})`;
      }
      const code = read(shape.items, 'each', '', messages);
      return code === 'each' ? value : `${value}.map((each) => ${code})`;
    }
    default:
      return value;
  }
}
