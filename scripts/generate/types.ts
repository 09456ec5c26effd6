import type { Family } from './family.js';
import { header } from './header.js';
import { doc, propertyKey, quote } from './names.js';
import { isAny, type Schema } from './schema.js';

/** TypeScript types of a family's definitions. */
export function renderTypes({ definitions, inputs, defaults }: Family): string {
  const blocks = Object.entries(definitions).map(([name, schema]) => declaration(name, schema, defaults));
  return header(inputs) + blocks.join('\n');
}

function declaration(name: string, schema: Schema, defaults: boolean): string {
  const text = broken(typeText(schema, '', defaults));
  const comment = schema.description === undefined ? '' : doc(schema.description);
  const isRecord = text.startsWith('{') && text.endsWith('}') && !text.includes('\n} ');
  return isRecord
    ? `${comment}export interface ${name} ${text}\n`
    : `${comment}export type ${name} = ${text};\n`;
}

const WIDTH = 100;

/** A long union of names, one in each line. */
const broken = (text: string): string =>
  text.length > WIDTH && /^[\w' |]+$/.test(text) ? text.replace(/^| \| /g, '\n  | ') : text;

/** @param indent of the line that the text begins in */
function typeText(schema: Schema | boolean, indent: string, defaults: boolean): string {
  if (schema === false) return 'never';
  if (schema === true || isAny(schema)) return 'unknown';
  const each = (child: Schema | boolean): string => typeText(child, indent, defaults);
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown';
  const values = schema.const === undefined ? schema.enum : [schema.const];
  if (values !== undefined) return union(values.map(literal));
  const branches = schema.oneOf ?? schema.anyOf;
  const parts: string[] = [];
  if (branches !== undefined) parts.push(union(branches.map(each)));
  // Conditions narrow what is valid, not what the type is.
  const all = (schema.allOf ?? []).filter((branch) => branch.if === undefined);
  parts.push(...all.map(each));
  if (schema.properties !== undefined || parts.length === 0) {
    const types = [schema.type ?? (schema.properties === undefined ? [] : 'object')].flat();
    if (types.length > 0) parts.push(union(types.map((type) => plain(type, schema, indent, defaults))));
  }
  if (parts.length === 0) return 'unknown';
  return parts.length === 1 ? parts[0]! : parts.map((part) => bracketed(part, '|')).join(' & ');
}

function plain(type: string, schema: Schema, indent: string, defaults: boolean): string {
  switch (type) {
    case 'integer':
      return 'number';
    case 'array':
      return arrayType(schema as { items?: unknown; additionalItems?: unknown }, indent, defaults);
    case 'object':
      return objectType(schema, indent, defaults);
    case 'boolean':
      return isFalse(schema) ? 'false' : 'boolean';
    default:
      return type;
  }
}

/** A boolean beside an object, of which a condition says that it can only be false. */
const isFalse = ({ then }: Schema): boolean => (then as Schema | undefined)?.const === false;

function arrayType(
  { items, additionalItems }: { items?: unknown; additionalItems?: unknown },
  indent: string,
  defaults: boolean,
): string {
  const each = (child: unknown): string => typeText((child ?? true) as Schema | boolean, indent, defaults);
  if (!Array.isArray(items)) return `${bracketed(each(items), '|&')}[]`;
  const rest = additionalItems === false ? [] : [`...${bracketed(each(additionalItems), '|&')}[]`];
  // A tuple may be shorter than its places, unless it says how long it is at least.
  const least = (items as readonly unknown[]).length;
  return `[${[...items.slice(0, least).map((item) => `${bracketed(each(item), '|')}?`), ...rest].join(', ')}]`;
}

function objectType(schema: Schema, indent: string, defaults: boolean): string {
  const { properties = {}, required = [], additionalProperties: rest } = schema;
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([key, child]) => {
    const { description, default: value } = child === true ? ({} as Schema) : child;
    const isThere = required.includes(key) || (defaults && value !== undefined);
    const comment = description === undefined ? '' : doc(description, inner);
    return `${comment}${inner}${propertyKey(key)}${isThere ? '' : '?'}: ${typeText(child, inner, defaults)};\n`;
  });
  const open = schema.properties === undefined && rest !== false;
  if (members.length === 0 && open && (rest !== undefined || schema.type !== undefined)) {
    const values = typeText((rest ?? true) as Schema | boolean, indent, defaults);
    return rest === undefined ? '{}' : `{ [key: string]: ${values} }`;
  }
  if (typeof rest === 'object' && rest !== null) members.push(`${inner}[key: string]: unknown;\n`);
  return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
}

const union = (texts: readonly string[]): string => {
  const distinct = [...new Set(texts)];
  if (distinct.includes('unknown')) return 'unknown';
  return distinct.map((text) => (distinct.length > 1 ? bracketed(text, '&') : text)).join(' | ') || 'never';
};

/** In brackets, when the text holds one of the operators outside of any others. */
function bracketed(text: string, operators: string): string {
  let depth = 0;
  for (const char of text.replace(/'(?:[^'\\]|\\.)*'/g, "''")) {
    if ('{[('.includes(char)) depth += 1;
    else if ('}])'.includes(char)) depth -= 1;
    else if (depth === 0 && operators.includes(char)) return `(${text})`;
  }
  return text;
}

const literal = (value: unknown): string =>
  typeof value === 'string'
    ? quote(value)
    : typeof value === 'object' && value !== null
      ? 'unknown'
      : String(value);
