import { isDeepStrictEqual } from 'node:util';
import { applyPatch, type PatchOperation } from './patch.js';
import type { Schema } from './schema.js';

/** A correction of the API reference, with its reason. */
export interface Erratum {
  readonly id: string;
  /** `functions/<id>` or `triggers/<id>`; the change's paths start there. */
  readonly target: string;
  readonly change: readonly PatchOperation[];
  readonly reason: string;
}

/** One function as the API reference writes it. */
export interface ReferenceFunction {
  readonly name: string;
  readonly description: string;
  readonly metadata: { readonly error_code?: string };
  readonly request_schema: Schema;
  readonly response_schema: Schema;
}

/** One trigger type as the API reference writes it. */
export interface ReferenceTrigger {
  readonly name: string;
  readonly description: string;
  readonly invocation_schema: Schema;
  readonly return_schema: Schema;
}

export interface ApiReference {
  readonly functions: readonly ReferenceFunction[];
  readonly triggers: readonly ReferenceTrigger[];
}

/** The API reference with every erratum applied. @throws Error when one does not fit or changes nothing any more. */
export function applyErrata(reference: ApiReference, errata: readonly Erratum[]): ApiReference {
  return errata.reduce(applyErratum, reference);
}

function applyErratum(reference: ApiReference, erratum: Erratum): ApiReference {
  const [section, name] = splitTarget(erratum.id, erratum.target);
  const entries: readonly { readonly name: string }[] = reference[section];
  const before = entries.find((entry) => entry.name === name);
  if (before === undefined) throw new Error(`erratum ${erratum.id}: there is no ${erratum.target}`);
  const after = patched(before, erratum);
  if (isDeepStrictEqual(before, after)) {
    throw new Error(`erratum ${erratum.id} changes nothing any more: remove it from spec/errata.json`);
  }
  return { ...reference, [section]: entries.map((entry) => (entry === before ? after : entry)) };
}

function patched<T>(entry: T, erratum: Erratum): T {
  try {
    return applyPatch(entry, erratum.change);
  } catch (error) {
    throw new Error(`erratum ${erratum.id} does not fit`, { cause: error });
  }
}

/** `functions/<id>` → its section and id. @param id of the change, for the error */
export function splitTarget(id: string, target: string): ['functions' | 'triggers', string] {
  const [section, ...rest] = target.split('/');
  if (section !== 'functions' && section !== 'triggers') {
    throw new Error(`${id}: the target ${target} starts with neither functions/ nor triggers/`);
  }
  return [section, rest.join('/')];
}
