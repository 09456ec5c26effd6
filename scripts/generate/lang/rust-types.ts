import { type Declaration, type Field, holdsItself, type Model, type Type } from './model.js';
import { identifiers, snakeCase, wrap } from './words.js';

const WIDTH = 112;
const KEYWORDS = new Set(
  (
    'abstract as async await become box break const continue do dyn else enum extern false final fn for gen if impl in ' +
    'let loop macro match mod move mut override priv pub ref return static struct trait true try type typeof unsafe ' +
    'unsized use virtual where while yield'
  ).split(' '),
);
/** Keywords that no `r#` makes a name of. */
const NEVER = new Set(['self', 'super', 'crate', '_']);

const identifier = (name: string): string => {
  const snake = snakeCase(name);
  if (NEVER.has(snake)) return `${snake}_`;
  return KEYWORDS.has(snake) ? `r#${snake}` : snake;
};

export type Names = ReadonlyMap<string, string>;

/** The names of an object's fields by their names on the wire. */
export const fieldNames = (fields: readonly Field[]): Names =>
  identifiers(
    fields.map(({ wire }) => wire),
    identifier,
  );

/** A string literal: what JSON escapes, Rust escapes alike. */
export const text = (value: string): string => JSON.stringify(value);

/** What only the test vectors need. */
export const TAGGED = '#[cfg(feature = "tagged")]\n';

/** The method for texts of which nothing is known. */
export const fromJson = (name: string): string => `
    /// Reads ${/^[AEIOU]/.test(name) ? 'an' : 'a'} \`${name}\` from JSON text; the error names the field.
    pub fn from_json(text: &str) -> Result<Self, wire::Error> {
        wire::parse(text, Self::decode)
    }
`;

/** @param owner the object whose field it is: what holds it in turn goes into a box. */
export function typeOf(type: Type, model: Model, owner?: string): string {
  switch (type.kind) {
    case 'any':
      return 'wire::Any';
    case 'string':
      return 'String';
    case 'boolean':
      return 'bool';
    case 'null':
      return '()';
    case 'number':
      return 'f64';
    case 'integer':
      return 'i64';
    case 'array':
      return `Vec<${typeOf(type.items, model)}>`;
    case 'map':
      return `BTreeMap<String, ${typeOf(type.values, model)}>`;
    case 'nullable':
      return `Option<${typeOf(type.of, model, owner)}>`;
    case 'named':
      return isBoxed(type, model, owner) ? `Box<${type.name}>` : type.name;
  }
}

/** The function that reads a type, as an expression. */
export function decoder(type: Type, model: Model, owner?: string): string {
  switch (type.kind) {
    case 'array':
      return `|v| wire::array(v, ${decoder(type.items, model)})`;
    case 'map':
      return `|v| wire::map(v, ${decoder(type.values, model)})`;
    case 'nullable':
      return `|v| wire::nullable(v, ${decoder(type.of, model, owner)})`;
    case 'integer':
      return `|v| wire::integer(v, ${type.minimum}, ${type.maximum})`;
    case 'named': {
      const plain = decoderOf(type.name, model);
      return isBoxed(type, model, owner) ? `|v| wire::boxed(v, ${plain})` : plain;
    }
    default:
      return `wire::${type.kind}`;
  }
}

/** The call that reads `value`, as an expression. */
export function decodeValue(type: Type, model: Model, owner?: string): string {
  const reader = decoder(type, model, owner);
  return reader.startsWith('|v| ')
    ? reader.replace('|v| ', '').replace('(v, ', '(value, ')
    : `${reader}(value)`;
}

/** The function that reads a declared type. */
export const decoderOf = (name: string, model: Model): string =>
  model.get(name)?.kind === 'alias' ? `decode_${snakeCase(name)}` : `${name}::decode`;

const isBoxed = (type: Type, model: Model, owner: string | undefined): boolean =>
  owner !== undefined && holdsItself(type, owner, model);

export function comment(description: string | undefined, indent = ''): string {
  if (description === undefined) return '';
  return wrap(description.replaceAll('[`', '`').replaceAll('`]', '`'), WIDTH - indent.length)
    .map((line) => `${indent}/// ${line}\n`)
    .join('');
}

/** True when the family's file needs maps. */
export const hasMaps = (model: Model): boolean =>
  [...model.values()].some((declaration) => typesOf(declaration).some(holdsMap));

function holdsMap(type: Type): boolean {
  if (type.kind === 'array') return holdsMap(type.items);
  return type.kind === 'map' || (type.kind === 'nullable' && holdsMap(type.of));
}

function typesOf(declaration: Declaration): readonly Type[] {
  if (declaration.kind === 'object') return declaration.fields.map(({ type }) => type);
  if (declaration.kind === 'choice') return declaration.branches.map(({ type }) => type);
  return declaration.kind === 'alias' ? [declaration.type] : [];
}
