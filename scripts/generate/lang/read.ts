import { tagOf } from '../lower.js';
import { FORMATS } from '../normalise.js';
import { type Definitions, isAny, resolve, type Schema } from '../schema.js';
import type { Declaration, Field, JsonType, Model, Type } from './model.js';
import { capitalized, identifiers, pascalCase } from './words.js';

const ANY: Type = { kind: 'any' };
/** Without a format an integer has the bounds of `int64`: a greater one is another number in JavaScript (D5). */
const INTEGER = FORMATS.int64 ?? { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
const DEFINITION = '#/definitions/';

/** Names that generated code itself needs, in one language or another. */
const TAKEN = new Set(
  (
    'Any BTreeMap Box Err Final Literal None Ok Option RawValue Result Self Serialize SerializeMap Serializer Some ' +
    'String Tagged TypeAlias Types Unknown Unset Value Vec'
  ).split(' '),
);

const typeName = (key: string): string =>
  TAKEN.has(pascalCase(key)) ? `${pascalCase(key)}Type` : pascalCase(key);

/** What the schemas of a family declare, nested objects and unions named after the place that they are in. */
export function readModel(definitions: Definitions): Model {
  return new Reader(definitions).read();
}

class Reader {
  readonly #definitions: Definitions;
  readonly #names: ReadonlyMap<string, string>;
  readonly #model = new Map<string, Declaration>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
    this.#names = identifiers(Object.keys(definitions), typeName);
  }

  read(): Model {
    for (const [key, schema] of Object.entries(this.#definitions)) {
      const name = this.#nameOf(key);
      const type = this.#typeOf(schema, name, true);
      if (type.kind === 'named' && type.name === name) continue;
      this.#model.set(name, { kind: 'alias', name, description: schema.description, type });
    }
    return breakAliasCircles(this.#model);
  }

  #nameOf(key: string): string {
    const name = this.#names.get(key);
    if (name === undefined) throw new Error(`${key} is not defined`);
    return name;
  }

  /** A name for a nested type that no definition and no other nested type has. */
  #free(name: string): string {
    const taken = new Set([...this.#names.values(), ...this.#model.keys()]);
    let free = name;
    for (let count = 2; taken.has(free); count++) free = `${name}${count}`;
    return free;
  }

  /** @param own the schema is a definition: what it declares is called `name`. */
  #typeOf(schema: Schema | true, name: string, own = false): Type {
    if (schema === true || isAny(schema)) return ANY;
    if (schema.$ref?.startsWith(DEFINITION)) {
      return { kind: 'named', name: this.#nameOf(schema.$ref.slice(DEFINITION.length)) };
    }
    const single = [schema.allOf, schema.anyOf, schema.oneOf].find((branches) => branches?.length === 1)?.[0];
    if (single !== undefined && schema.properties === undefined) return this.#typeOf(single, name, own);
    const declared = () => (own ? name : this.#free(name));
    if (tagOf(schema, this.#definitions) !== undefined) return this.#union(schema, declared());
    const branches = schema.anyOf ?? schema.oneOf;
    if (branches !== undefined) return this.#choice(branches, schema, name, own);
    if (Array.isArray(schema.type)) {
      const { type: types, ...rest } = schema;
      return this.#choice(
        types.map((type: string) => ({ ...rest, type })),
        schema,
        name,
        own,
      );
    }
    return this.#plain(schema, declared, name, own);
  }

  #plain(schema: Schema, declared: () => string, name: string, own: boolean): Type {
    switch (schema.type ?? (schema.properties === undefined ? undefined : 'object')) {
      case 'string':
        return schema.enum === undefined ? { kind: 'string' } : this.#enum([schema], schema, declared());
      case 'boolean':
        return { kind: 'boolean' };
      case 'null':
        return { kind: 'null' };
      case 'number':
        return { kind: 'number' };
      case 'integer':
        return integer(schema);
      case 'array':
        return { kind: 'array', items: this.#items(schema, name) };
      case 'object':
        return this.#object(schema, declared, own);
      default:
        return ANY;
    }
  }

  /** A tuple is an array of any values: of these three languages one has no tuples. */
  #items({ items }: Schema, name: string): Type {
    return items === undefined || Array.isArray(items) ? ANY : this.#typeOf(items, `${name}Item`);
  }

  #object(schema: Schema, declared: () => string, own: boolean): Type {
    const { properties, required = [], additionalProperties: rest } = schema;
    // A definition that lists no fields is a struct that has none yet.
    if (properties === undefined && rest !== false && (rest !== undefined || !own)) {
      const values = typeof rest === 'object' && rest !== null ? (rest as Schema) : true;
      return { kind: 'map', values: values === true ? ANY : this.#typeOf(values, `${declared()}Value`) };
    }
    const name = declared();
    // Taken before what is nested is named.
    this.#model.set(name, {
      kind: 'object',
      name,
      description: schema.description,
      constants: [],
      fields: [],
    });
    const constants: { wire: string; value: string }[] = [];
    const fields: Field[] = [];
    for (const [wire, property] of Object.entries(properties ?? {})) {
      const value = constantOf(property);
      if (value !== undefined && required.includes(wire)) constants.push({ wire, value });
      else {
        const { description } = property === true ? {} : property;
        const type = this.#typeOf(property, name + capitalized(wire));
        fields.push({ wire, description, type, required: required.includes(wire) });
      }
    }
    this.#model.set(name, { kind: 'object', name, description: schema.description, constants, fields });
    return { kind: 'named', name };
  }

  #union(schema: Schema, name: string): Type {
    const tag = tagOf(schema, this.#definitions) ?? '';
    this.#model.set(name, { kind: 'union', name, description: schema.description, tag, branches: [] });
    const branches = (schema.oneOf ?? []).map((branch) => {
      const value = constantOf(resolve(branch, this.#definitions).properties?.[tag]) ?? '';
      const type = this.#typeOf(branch, name + capitalized(value));
      if (type.kind !== 'named') throw new Error(`${name}: the branch ${value} is no object`);
      return { value, name: type.name };
    });
    this.#model.set(name, { kind: 'union', name, description: schema.description, tag, branches });
    return { kind: 'named', name };
  }

  #enum(branches: readonly Schema[], { description }: Schema, name: string): Type {
    const values = branches.flatMap((branch) =>
      (branch.enum ?? [branch.const]).map((value) => ({
        value: String(value),
        description: branches.length > 1 ? branch.description : undefined,
      })),
    );
    this.#model.set(name, { kind: 'enum', name, description, values });
    return { kind: 'named', name };
  }

  /** `null` makes the others nullable; what is left is an enum, one type, or types that JSON tells apart. */
  #choice(all: readonly Schema[], schema: Schema, name: string, own: boolean): Type {
    const branches = all.filter(({ type }) => type !== 'null');
    if (branches.length < all.length) {
      // The null leaves the name to what it is beside.
      const inner = own ? this.#free(`${name}Value`) : name;
      const first = branches.length === 1 ? branches[0] : undefined;
      const of =
        first === undefined ? this.#choice(branches, schema, inner, false) : this.#typeOf(first, inner);
      return of.kind === 'any' || of.kind === 'null' ? of : { kind: 'nullable', of };
    }
    const declared = own ? name : this.#free(name);
    if (branches.every(isStringConstant)) return this.#enum(branches, schema, declared);
    const types = branches.map((branch) => jsonTypeOf(resolve(branch, this.#definitions), this.#definitions));
    // Nothing tells the branches apart without trying: the value as it came.
    if (types.includes(undefined) || new Set(types).size < types.length) return ANY;
    if (types.includes('integer') && types.includes('number')) return ANY;
    this.#model.set(declared, {
      kind: 'choice',
      name: declared,
      description: schema.description,
      branches: [],
    });
    const told = branches.map((branch, at) => {
      const json = types[at] as JsonType;
      return { json, type: this.#typeOf(branch, declared + capitalized(json)) };
    });
    this.#model.set(declared, {
      kind: 'choice',
      name: declared,
      description: schema.description,
      branches: told,
    });
    return { kind: 'named', name: declared };
  }
}

function integer({ format = '', minimum, maximum }: Schema): Type {
  const bounds = FORMATS[format] ?? INTEGER;
  return {
    kind: 'integer',
    minimum: typeof minimum === 'number' ? Math.max(minimum, bounds.minimum) : bounds.minimum,
    maximum: typeof maximum === 'number' ? Math.min(maximum, bounds.maximum) : bounds.maximum,
  };
}

function constantOf(schema: Schema | true | undefined): string | undefined {
  if (schema === undefined || schema === true) return undefined;
  const value = schema.const ?? (schema.enum?.length === 1 ? schema.enum[0] : undefined);
  return typeof value === 'string' ? value : undefined;
}

const isStringConstant = (schema: Schema): boolean =>
  (schema.enum ?? [schema.const]).every((value) => typeof value === 'string');

const JSON_TYPES: readonly JsonType[] = ['string', 'boolean', 'integer', 'number', 'array', 'object'];

function jsonTypeOf(schema: Schema, definitions: Definitions): JsonType | undefined {
  if (tagOf(schema, definitions) !== undefined || schema.properties !== undefined) return 'object';
  return JSON_TYPES.find((type) => type === schema.type);
}

/** An alias that leads to itself by nothing but aliases, arrays and maps has no form in Go or Rust: any value. */
function breakAliasCircles(model: Map<string, Declaration>): Model {
  const circular = (type: Type, seen: readonly string[]): boolean => {
    if (type.kind === 'array') return circular(type.items, seen);
    if (type.kind === 'map') return circular(type.values, seen);
    if (type.kind === 'nullable') return circular(type.of, seen);
    if (type.kind !== 'named') return false;
    if (seen.includes(type.name)) return true;
    const target = model.get(type.name);
    return target?.kind === 'alias' && circular(target.type, [...seen, type.name]);
  };
  for (const declaration of model.values()) {
    if (declaration.kind === 'alias' && circular(declaration.type, [declaration.name])) {
      model.set(declaration.name, { ...declaration, type: ANY });
    }
  }
  return model;
}
