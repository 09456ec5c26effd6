export type JsonObject = Record<string, unknown>;

/** The name that JSON gives a value's type. */
export function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

export const isObject = (value: unknown): value is JsonObject => jsonType(value) === 'object';

/** Only what the object itself holds: `toString` is a missing field like any other. */
export const ownField = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/**
 * A value under update. Invariant: what came in, the current value and the ops' values, is never written to.
 * Each array or object is copied at most once, however many ops touch it.
 */
export class Draft {
  /** A missing item starts as `{}`. */
  root: unknown;
  /** The item was not there and no op has succeeded yet. */
  missing: boolean;
  #copies: WeakSet<object> | undefined;

  constructor(current: unknown) {
    this.missing = current === undefined;
    this.root = this.missing ? {} : current;
  }

  /** The array or object itself when it is a copy of ours, else a copy, to be put in its place. */
  writable<T extends JsonObject | unknown[]>(value: T): T {
    if (this.#copies?.has(value)) return value;
    // Spreading defines own properties: a stored `__proto__` key stays data.
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as T;
    this.#copies ??= new WeakSet();
    this.#copies.add(copy);
    return copy;
  }

  /** The object that `segments` name, to be written to; whatever is no object on the way becomes one. */
  descend(segments: readonly string[]): JsonObject {
    const open = (value: unknown): JsonObject => this.writable(isObject(value) ? value : {});
    let at = open(this.root);
    this.root = at;
    for (const segment of segments) {
      const next = open(ownField(at, segment));
      at[segment] = next;
      at = next;
    }
    return at;
  }
}
