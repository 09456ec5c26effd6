import { doc, propertyKey, quote } from './names.js';
import type { Field, RecordShape, Shape, UnionShape } from './shape.js';

/** What a record or a union is made of, its any-typed parts as JSON text: what encoders take and decoders make. */
export interface Message {
  /** The schema's definition, and the type of its parsed values. */
  readonly definition: string;
  /** The name of the type of its parts. */
  readonly parts: string;
  readonly shape: RecordShape | UnionShape;
}

/** Finds a message by the name of its definition. */
export type Messages = ReadonlyMap<string, Message>;

/** A constant field is written by the encoder, and no part. */
export const isConstant = ({ shape }: Field): boolean =>
  shape.kind === 'enumeration' && shape.values.length === 1;

/** A message of constant fields only. */
export const isBare = ({ shape }: Message): boolean => shape.kind === 'record' && partsOf(shape).length === 0;

export const partsOf = ({ fields }: RecordShape): readonly Field[] =>
  fields.filter((field) => field.optional || !isConstant(field));

/**
 * The type of the parts. Every field is there, if only as undefined: who encodes a message has to decide about a field
 * that the spec adds.
 */
export function renderParts(message: Message, messages: Messages): string {
  const { definition, parts, shape } = message;
  if (shape.kind === 'union') {
    const branches = shape.branches.map(({ name, value }) => {
      const branch = known(messages, name);
      const tag = `{ readonly ${propertyKey(shape.tag)}: ${quote(value)} }`;
      return isBare(branch) ? `  | ${tag}\n` : `  | (${tag} & ${branch.parts})\n`;
    });
    return `${doc(`The parts of \`${definition}\`; any-typed ones are JSON text.`)}export type ${parts} =\n${branches.join('').trimEnd()};\n`;
  }
  const members = partsOf(shape).map((field) => {
    const type = typeOf(field.shape, `${definition}[${quote(field.key)}]`, messages);
    return `  readonly ${propertyKey(field.key)}: ${type}${field.optional ? ' | undefined' : ''};\n`;
  });
  const comment = doc(`The parts of \`${definition}\`; any-typed ones are JSON text.`);
  if (members.length === 0)
    return parts.endsWith('Parts') ? '' : `${comment}export type ${parts} = object;\n`;
  return `${comment}export interface ${parts} {\n${members.join('')}}\n`;
}

/** @param type of the parsed value, or undefined or null where that is valid too */
function typeOf(shape: Shape, type: string, messages: Messages): string {
  switch (shape.kind) {
    case 'raw':
      return 'JsonText';
    case 'enumeration':
      return shape.values.map(quote).join(' | ');
    case 'named':
      return known(messages, shape.name).parts;
    case 'array': {
      const items = typeOf(shape.items, `NonNullable<${type}>[number]`, messages);
      return /[|&]/.test(items) ? `readonly (${items})[]` : `readonly ${items}[]`;
    }
    case 'nullable':
      return `${typeOf(shape.of, type, messages)} | null`;
    case 'plain':
      return `Exclude<${type}, undefined>`;
    default:
      return shape.kind;
  }
}

export function known(messages: Messages, name: string): Message {
  const message = messages.get(name);
  if (message === undefined) throw new Error(`${name} has no encoder`);
  return message;
}

/** True when a part of the message, or of one of its parts, is JSON text: to read it takes the message's own text. */
export const holdsText = ({ definition }: Message, messages: Messages): boolean =>
  reachesText({ kind: 'named', name: definition }, messages, new Set());

export const isText = (shape: Shape, messages: Messages): boolean => reachesText(shape, messages, new Set());

/** @param seen definitions on the way, of which one may hold itself */
function reachesText(shape: Shape, messages: Messages, seen: Set<string>): boolean {
  if (shape.kind === 'raw') return true;
  if (shape.kind === 'array') return reachesText(shape.items, messages, seen);
  if (shape.kind === 'nullable') return reachesText(shape.of, messages, seen);
  if (shape.kind !== 'named' || seen.has(shape.name)) return false;
  seen.add(shape.name);
  const message = known(messages, shape.name).shape;
  const parts: readonly Shape[] =
    message.kind === 'union'
      ? message.branches.map(({ name }) => ({ kind: 'named', name }))
      : partsOf(message).map((field) => field.shape);
  return parts.some((part) => reachesText(part, messages, seen));
}
