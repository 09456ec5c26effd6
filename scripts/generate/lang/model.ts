/** A type as a language without unions of literals would say it. */
export type Type =
  | { readonly kind: 'any' | 'string' | 'boolean' | 'null' | 'number' }
  | { readonly kind: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'array'; readonly items: Type }
  | { readonly kind: 'map'; readonly values: Type }
  | { readonly kind: 'nullable'; readonly of: Type }
  | { readonly kind: 'named'; readonly name: string };

/** What a declaration's JSON value is, by the names of JSON Schema. */
export type JsonType = 'string' | 'boolean' | 'integer' | 'number' | 'array' | 'object';

export interface Field {
  /** Its name on the wire. */
  readonly wire: string;
  readonly description: string | undefined;
  readonly type: Type;
  /** False: may be absent, which is not the same as null. */
  readonly required: boolean;
}

interface Named {
  readonly name: string;
  readonly description: string | undefined;
}

/** A struct. Fields of the wire that it does not list are ignored (D6). */
export interface ObjectDeclaration extends Named {
  readonly kind: 'object';
  /** Fields that always have the same value: the tags of a union. */
  readonly constants: readonly { readonly wire: string; readonly value: string }[];
  readonly fields: readonly Field[];
}

/** Objects that one constant field tells apart. A tag that is none of theirs is kept as it came. */
export interface UnionDeclaration extends Named {
  readonly kind: 'union';
  readonly tag: string;
  readonly branches: readonly { readonly value: string; readonly name: string }[];
}

/** Types that their JSON type tells apart. */
export interface ChoiceDeclaration extends Named {
  readonly kind: 'choice';
  readonly branches: readonly { readonly json: JsonType; readonly type: Type }[];
}

/** Strings of which more may be added: any other string is kept as it came. */
export interface EnumDeclaration extends Named {
  readonly kind: 'enum';
  readonly values: readonly { readonly value: string; readonly description: string | undefined }[];
}

/** Another name of a type. */
export interface AliasDeclaration extends Named {
  readonly kind: 'alias';
  readonly type: Type;
}

export type Declaration =
  | ObjectDeclaration
  | UnionDeclaration
  | ChoiceDeclaration
  | EnumDeclaration
  | AliasDeclaration;

/** The declarations of a family by their names, which are unique and Pascal case. */
export type Model = ReadonlyMap<string, Declaration>;

/** Follows aliases to a type that is none. */
export function unalias(type: Type, model: Model): Type {
  if (type.kind !== 'named') return type;
  const declaration = model.get(type.name);
  return declaration?.kind === 'alias' ? unalias(declaration.type, model) : type;
}

/** True when a value of the object `from` holds another one by `type` directly, not by an array or a map. */
export function holdsItself(type: Type, from: string, model: Model, seen = new Set<string>()): boolean {
  const inner = unalias(type, model);
  if (inner.kind === 'nullable') return holdsItself(inner.of, from, model, seen);
  if (inner.kind !== 'named') return false;
  if (inner.name === from) return true;
  if (seen.has(inner.name)) return false;
  seen.add(inner.name);
  return directTypes(model.get(inner.name)).some((each) => holdsItself(each, from, model, seen));
}

function directTypes(declaration: Declaration | undefined): readonly Type[] {
  if (declaration?.kind === 'object') return declaration.fields.map(({ type }) => type);
  if (declaration?.kind === 'choice') return declaration.branches.map(({ type }) => type);
  if (declaration?.kind === 'union') return declaration.branches.map(({ name }) => ({ kind: 'named', name }));
  return [];
}
