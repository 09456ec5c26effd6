/**
 * `T`, when `Fields` are all that it has. Whoever reads a message of the spec lists the fields that it knows: one that
 * the spec adds makes this another type, and does not compile where it has to be decided about.
 */
export type Decided<T, Fields extends keyof T> = [Exclude<keyof T, Fields>] extends [never]
  ? T
  : { readonly undecided: Exclude<keyof T, Fields> };
