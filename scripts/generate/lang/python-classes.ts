import type { Declaration, Field, ObjectDeclaration, Type } from './model.js';
import { identifiers, snakeCase, wrap } from './words.js';

const WIDTH = 108;
const KEYWORDS = new Set(
  (
    'and as assert async await break case class continue def del elif else except finally for from global if import in ' +
    'is lambda match nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

const attribute = (name: string): string => {
  const snake = snakeCase(name);
  return KEYWORDS.has(snake) ? `${snake}_` : snake;
};

/** A class, or another name of types. */
export function renderDeclaration(declaration: Declaration): string {
  const { name, description } = declaration;
  if (declaration.kind === 'object') return renderClass(declaration);
  const text = docString(description, '');
  return `${name}: TypeAlias = "${expressionOf(declaration).replaceAll('"', "'")}"\n${text}`.trimEnd();
}

function expressionOf(declaration: Exclude<Declaration, ObjectDeclaration>): string {
  switch (declaration.kind) {
    case 'alias':
      return typeOf(declaration.type);
    case 'enum':
      return `Literal[${declaration.values.map(({ value }) => text(value)).join(', ')}] | str`;
    case 'union':
      return [...declaration.branches.map(({ name }) => name), 'Unknown'].join(' | ');
    case 'choice':
      return declaration.branches.map(({ type }) => typeOf(type)).join(' | ');
  }
}

function renderClass({ name, description, fields }: ObjectDeclaration): string {
  const names = attributes(fields);
  const members = fields.map((field) => {
    const type = typeOf(field.type);
    const suffix = field.required ? type : `${type} | Unset = UNSET`;
    return `    ${names.get(field.wire)}: ${suffix}\n${docString(field.description, '    ')}`;
  });
  const body =
    docString(description ?? `\`${name}\` of the spec.`, '    ') + (members.length > 0 ? '\n' : '');
  return `\n@dataclass(frozen=True, slots=True, kw_only=True)\nclass ${name}:\n${body}${members.join('')}`;
}

/** The names of a class by the names on the wire. */
export const attributes = (fields: readonly Field[]): ReadonlyMap<string, string> =>
  identifiers(
    fields.map(({ wire }) => wire),
    attribute,
  );

function typeOf(type: Type): string {
  switch (type.kind) {
    case 'any':
      return 'Any';
    case 'string':
      return 'str';
    case 'boolean':
      return 'bool';
    case 'null':
      return 'None';
    case 'number':
      return 'float';
    case 'integer':
      return 'int';
    case 'array':
      return `list[${typeOf(type.items)}]`;
    case 'map':
      return `dict[str, ${typeOf(type.values)}]`;
    case 'nullable':
      return `${typeOf(type.of)} | None`;
    case 'named':
      return type.name;
  }
}

/** A string of Python: JSON's escapes mean the same there. */
export const text = (value: string): string => JSON.stringify(value);

/** A doc string, if there is something to say. */
export function docString(description: string | undefined, indent: string): string {
  if (description === undefined) return '';
  const safe = description.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const lines = wrap(safe, WIDTH - indent.length);
  if (lines.length === 1) return `${indent}"""${lines[0]}"""\n`;
  return `${indent}"""${lines.join(`\n${indent}`)}\n${indent}"""\n`;
}
