export type JsonObject = Record<string, unknown>;
export type JsonType = 'null' | 'array' | 'object' | 'string' | 'number' | 'boolean';

/** The name that JSON gives a value's type. */
export function jsonType(value: unknown): JsonType {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : (typeof value as JsonType);
}

export const isObject = (value: unknown): value is JsonObject => jsonType(value) === 'object';

/** Only what the object itself holds: `toString` is a missing field like any other. */
export const ownField = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/**
 * A value under update, as it was parsed. Invariant: what came in, the current value and the ops' values, is never
 * written to. Each array or object is copied at most once, however many ops touch it. What a `TextDraft` does otherwise
 * is a method here.
 */
export class Draft {
  /** A missing item starts as `{}`. */
  root: unknown;
  /** The item was not there and no op has succeeded yet. */
  missing: boolean;
  /** Something was written. */
  isChanged = false;
  /** A string was appended to a string. */
  hasGrownString = false;
  #copies: WeakSet<object> | undefined;

  constructor(current: unknown) {
    this.missing = current === undefined;
    this.root = this.missing ? {} : current;
  }

  typeOf(value: unknown): JsonType {
    return jsonType(value);
  }

  /** The value as an object whose fields can be read; undefined when it is none. */
  object(value: unknown): JsonObject | undefined {
    return isObject(value) ? value : undefined;
  }

  /** The object that a field holds; undefined when it holds none. */
  child(parent: JsonObject, key: string): JsonObject | undefined {
    return this.object(ownField(parent, key));
  }

  /** A value of an op, with all that is in it. */
  parsed(value: unknown): unknown {
    return value;
  }

  /** A number and an integer together; undefined when the sum cannot be told exactly. */
  sum(number: unknown, by: number): unknown {
    const current = number as number;
    const sum = current + by;
    return Number.isInteger(current) && !Number.isSafeInteger(sum) ? undefined : sum;
  }

  /** A string and a string, or an array and an element. */
  grown(value: unknown, entry: unknown): unknown {
    if (typeof value === 'string') return value + (entry as string);
    const list = this.writable(value as unknown[]);
    list.push(entry);
    return list;
  }

  replaceRoot(value: unknown): void {
    this.root = value;
    this.isChanged = true;
  }

  /** The object that `segments` name, to be written to; whatever is no object on the way becomes one. */
  descend(segments: readonly string[]): JsonObject {
    let at = this.writable(this.object(this.root) ?? {});
    this.replaceRoot(at);
    for (const segment of segments) {
      const next = this.writable(this.child(at, segment) ?? {});
      at[segment] = next;
      at = next;
    }
    return at;
  }

  /** The array or object itself when it is a copy of ours, else a copy, to be put in its place. */
  protected writable<T extends JsonObject | unknown[]>(value: T): T {
    if (this.isOurs(value)) return value;
    // Spreading defines own properties: a stored `__proto__` key stays data.
    return this.own((Array.isArray(value) ? [...value] : { ...value }) as T);
  }

  /** Takes over an array or object that nobody else holds. */
  own<T extends object>(value: T): T {
    this.#copies ??= new WeakSet();
    this.#copies.add(value);
    return value;
  }

  protected isOurs(value: object): boolean {
    return this.#copies?.has(value) === true;
  }
}
