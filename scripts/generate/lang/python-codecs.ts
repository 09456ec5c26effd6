import { type Declaration, type JsonType, type Model, type Type, unalias } from './model.js';
import { attributes, text } from './python-classes.js';
import { identifiers, upperCase } from './words.js';

/** The codecs of a family: made first, then told what they hold, as they may hold themselves. */
export function renderCodecs(model: Model): string {
  const all = [...model.values()];
  // The class `URL` has that name already.
  const upper = (name: string): string =>
    model.has(upperCase(name)) ? `${upperCase(name)}_CODEC` : upperCase(name);
  const names = identifiers([...model.keys()], upper);
  const nameOf = (name: string): string => names.get(name) ?? name;
  const codec: CodecOf = (type) => codecOf(unalias(type, model), nameOf, codec);
  // An alias has what it is another name of: that must be there.
  const ordered = [
    ...all.filter(({ kind }) => kind !== 'alias'),
    ...all.filter(({ kind }) => kind === 'alias'),
  ];
  const made = ordered.map((each) => `${nameOf(each.name)}${initial(each, codec)}\n`);
  const defined = all.map((each) => renderDefinition(each, nameOf, codec));
  return `${made.join('')}
${defined.join('')}
TYPES: Final[dict[str, wire.Codec[Any]]] = {
${all.map(({ name }) => `    "${name}": ${nameOf(name)},\n`).join('')}}
"""The codecs by the names of their types."""
`;
}

/** The codec of a type as an expression. */
type CodecOf = (type: Type) => string;

function codecOf(type: Type, nameOf: (name: string) => string, codec: CodecOf): string {
  switch (type.kind) {
    case 'array':
      return `wire.array(${codec(type.items)})`;
    case 'map':
      return `wire.mapping(${codec(type.values)})`;
    case 'nullable':
      return `wire.nullable(${codec(type.of)})`;
    case 'integer':
      return `wire.integer(${type.minimum}, ${type.maximum})`;
    case 'named':
      return nameOf(type.name);
    default:
      return `wire.${type.kind.toUpperCase()}`;
  }
}

/** A codec before it is told what it holds, as it may hold itself. */
function initial(declaration: Declaration, codec: CodecOf): string {
  switch (declaration.kind) {
    case 'object':
      return `: objects.Object[${declaration.name}] = objects.Object(${declaration.name})`;
    case 'union':
      return ` = objects.Union(${text(declaration.tag)})`;
    case 'choice':
      return ' = objects.Choice()';
    case 'enum':
      return ': wire.Codec[str] = wire.STRING';
    case 'alias':
      return `: wire.Codec[${declaration.name}] = ${codec(declaration.type)}`;
  }
}

function renderDefinition(
  declaration: Declaration,
  nameOf: (name: string) => string,
  codec: CodecOf,
): string {
  const lines = (items: readonly string[]): string => items.map((item) => `    ${item},\n`).join('');
  const name = nameOf(declaration.name);
  if (declaration.kind === 'union') {
    const branches = declaration.branches.map(
      ({ value, name: branch }) => `${text(value)}: ${nameOf(branch)}`,
    );
    return `${name}.define({\n${lines(branches)}})\n`;
  }
  if (declaration.kind === 'choice') {
    const branches = declaration.branches.map(
      ({ json, type }) => `"${json}": (${CLASSES[json]}, ${codec(type)})`,
    );
    return `${name}.define({\n${lines(branches)}})\n`;
  }
  if (declaration.kind !== 'object') return '';
  const names = attributes(declaration.fields);
  const constants = declaration.constants
    .map(({ wire, value }) => `${text(wire)}: ${text(value)}`)
    .join(', ');
  const fields = declaration.fields.map(
    ({ wire, type, required }) =>
      `objects.Field(${text(wire)}, "${names.get(wire)}", ${codec(type)}, ${required ? 'True' : 'False'})`,
  );
  return `${name}.define(\n${lines([`{${constants}}`, ...fields])})\n`;
}

const CLASSES: Readonly<Record<JsonType, string>> = {
  string: 'str',
  boolean: 'bool',
  integer: 'int',
  number: 'float',
  array: 'list',
  object: 'object',
};
