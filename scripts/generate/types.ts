import { compile } from 'json-schema-to-typescript';
import type { Family } from './family.js';
import { header } from './header.js';
import { doc, propertyKey, quote } from './names.js';
import { isAny, type Schema } from './schema.js';

/** Holds the definitions together; nothing is called so. */
const ROOT = 'Root';

/**
 * TypeScript types of a family's definitions. Names and types of members are ours, so that a digit at the end, a name
 * that is no identifier or a recursion cannot rename anything; json-schema-to-typescript declares and prints them.
 */
export async function renderTypes({ definitions, inputs, defaults }: Family): Promise<string> {
  const names = Object.keys(definitions);
  const declared = Object.values(definitions).map((schema, at) => [word(at), declaration(schema, defaults)]);
  const root = { title: ROOT, type: 'object', definitions: Object.fromEntries(declared) };
  const text = await compile(root as Parameters<typeof compile>[0], ROOT, {
    bannerComment: '',
    additionalProperties: false,
    unreachableDefinitions: true,
    style: { singleQuote: true, printWidth: 110 },
  });
  return (
    header(inputs) +
    tidy(text).replace(DECLARED, (_, kind, letters) => `export ${kind} ${names[count(letters)]}`)
  );
}

// While it prints, definitions are called by a word of letters: it makes other names of what looks like one to it.
const DECLARED = /^export (interface|type) Definition([a-z]+)\b/gm;
const word = (at: number): string =>
  `Definition${[...`${at}`].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;
const count = (letters: string): number =>
  Number([...letters].map((letter) => 'abcdefghij'.indexOf(letter)).join(''));

/** Removes the root, and the comments that point at it. */
function tidy(text: string): string {
  return text
    .replace(`export interface ${ROOT} {}\n`, '')
    .replace(/ \*\n( \* This (?:interface|type) was referenced by `Root`)/g, '$1')
    .replace(/ \* This \w+ was referenced by `Root`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g, '')
    .replace(/\/\*\*\n \*\/\n/g, '')
    .trimStart();
}

/** What declares a definition: an object by its members, anything else by its type. */
function declaration(schema: Schema, defaults: boolean): object {
  const { description } = schema;
  if (!isRecord(schema)) return { description, tsType: typeText(schema, '', defaults) };
  const { properties = {}, required = [] } = schema;
  const members = Object.entries(properties).map(([key, child]) => {
    const { description: about } = child === true ? ({} as Schema) : child;
    return [key, { description: about, tsType: typeText(child, '  ', defaults) }];
  });
  const present = Object.entries(properties).filter(
    ([, child]) => defaults && child !== true && child.default !== undefined,
  );
  return {
    description,
    type: 'object',
    properties: Object.fromEntries(members),
    required: [...new Set([...required, ...present.map(([key]) => key)])],
    additionalProperties: false,
  };
}

/** An object that is nothing but its known members. */
const isRecord = (schema: Schema): boolean =>
  schema.type === 'object' &&
  schema.properties !== undefined &&
  Object.keys(schema.properties).length > 0 &&
  (schema.additionalProperties === undefined || typeof schema.additionalProperties === 'boolean') &&
  schema.$ref === undefined &&
  schema.oneOf === undefined &&
  schema.anyOf === undefined &&
  !schema.allOf?.some((branch) => branch.if === undefined);

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
