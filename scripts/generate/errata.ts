import { isDeepStrictEqual } from 'node:util';
import { applyPatch, type PatchOperation } from './patch.js';
import type { Schema } from './schema.js';
import { changeTarget } from './target.js';

/** A correction of the API reference, with its reason. */
export interface Erratum {
  readonly id: string;
  /** `functions/<id>`, `triggers/<id>`, or `definitions/<name>` wherever that is used; the change's paths start there. */
  readonly target: string;
  readonly change: readonly PatchOperation[];
  readonly reason: string;
}

/** One function as the API reference writes it. */
export interface ReferenceFunction {
  readonly name: string;
  readonly description?: string | null;
  readonly metadata?: { readonly error_code?: string; readonly capabilities?: readonly string[] } | null;
  readonly request_schema?: Schema | boolean | null;
  readonly response_schema?: Schema | boolean | null;
}

/** One trigger type as the API reference writes it. */
export interface ReferenceTrigger {
  readonly name: string;
  readonly description?: string | null;
  readonly invocation_schema?: Schema | boolean | null;
  readonly return_schema?: Schema | boolean | null;
}

export interface ApiReference {
  readonly functions: readonly ReferenceFunction[];
  readonly triggers: readonly ReferenceTrigger[];
}

/** The API reference with every erratum applied. @throws Error when one does not fit or changes nothing any more. */
export function applyErrata(reference: ApiReference, errata: readonly Erratum[]): ApiReference {
  return errata.reduce(applyErratum, reference);
}

function applyErratum(reference: ApiReference, { id, target, change }: Erratum): ApiReference {
  const what = `erratum ${id}`;
  return changeTarget(reference, what, target, (before) => {
    const after = patched(before, what, change);
    if (!isDeepStrictEqual(before, after)) return after;
    throw new Error(`${what} changes nothing any more: remove it from spec/errata.json`);
  });
}

function patched(entry: unknown, what: string, change: readonly PatchOperation[]): unknown {
  try {
    return applyPatch(entry, change);
  } catch (error) {
    throw new Error(`${what} does not fit: ${(error as Error).message}`, { cause: error });
  }
}
