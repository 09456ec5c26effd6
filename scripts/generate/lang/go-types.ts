import { type Field, holdsItself, type Model, type Type, unalias } from './model.js';
import { identifiers, pascalCase, words, wrap } from './words.js';

const WIDTH = 116;
const INITIALISMS: Readonly<Record<string, string>> = { id: 'ID', url: 'URL', json: 'JSON' };

/** `groupId` → `GroupID`, as linters of Go want it. */
export function exported(name: string): string {
  const joined = words(name)
    .map((word) => INITIALISMS[word.toLowerCase()] ?? pascalCase(word))
    .join('');
  return pascalCase(joined);
}

/** The names of an object's fields by their names on the wire. */
export const fieldNames = (fields: readonly Field[]): ReadonlyMap<string, string> =>
  identifiers(
    fields.map(({ wire }) => wire),
    exported,
  );

/** @param owner the object whose field it is: what holds it in turn is pointed at. */
export function typeOf(type: Type, model: Model, owner?: string): string {
  switch (type.kind) {
    case 'any':
      return 'json.RawMessage';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'null':
      return 'wire.Null';
    case 'number':
      return 'float64';
    case 'integer':
      return 'int64';
    case 'array':
      return `[]${typeOf(type.items, model)}`;
    case 'map':
      return `map[string]${typeOf(type.values, model)}`;
    case 'nullable':
      return `${isInterface(type.of, model) ? '' : '*'}${typeOf(type.of, model)}`;
    case 'named':
      return isPointer(type, model, owner) ? `*${type.name}` : type.name;
  }
}

const isPointer = (type: Type, model: Model, owner: string | undefined): boolean =>
  owner !== undefined && !isInterface(type, model) && holdsItself(type, owner, model);

/** An interface has a nil of its own, so that null needs no pointer. */
function isInterface(type: Type, model: Model): boolean {
  const inner = unalias(type, model);
  const kind = inner.kind === 'named' ? model.get(inner.name)?.kind : undefined;
  return kind === 'union' || kind === 'choice';
}

/** The function that reads or writes a type, as an expression. */
export function coder(verb: 'Decode' | 'Encode', type: Type, model: Model, owner?: string): string {
  switch (type.kind) {
    case 'array':
      return `wire.${verb}Array(${coder(verb, type.items, model)})`;
    case 'map':
      return `wire.${verb}Map(${coder(verb, type.values, model)})`;
    case 'nullable': {
      const name = isInterface(type.of, model) ? 'NullableUnion' : 'Nullable';
      return `wire.${verb}${name}(${coder(verb, type.of, model)})`;
    }
    case 'integer':
      return verb === 'Encode'
        ? 'wire.EncodeInteger'
        : `wire.DecodeInteger(${type.minimum}, ${type.maximum})`;
    case 'named': {
      const plain = `${verb.toLowerCase()}${type.name}`;
      return isPointer(type, model, owner) ? `wire.${verb}Pointer(${plain})` : plain;
    }
    default:
      return `wire.${verb}${pascalCase(type.kind)}`;
  }
}

/** A doc comment that starts with the name it is about, as Go wants it. */
export function comment(name: string, description: string | undefined, indent = ''): string {
  const text = description === undefined ? 'is of the spec.' : `: ${description}`;
  return wrap(`${name}${description === undefined ? ' ' : ''}${text}`, WIDTH - indent.length)
    .map((line) => `${indent}// ${line}\n`)
    .join('');
}
