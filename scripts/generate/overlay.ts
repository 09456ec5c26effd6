import type { ApiReference, ReferenceFunction } from './errata.js';
import { applyPatch, type PatchOperation } from './patch.js';
import { changeTarget, splitTarget } from './target.js';

/** Something of ours that the API reference does not have. */
export interface Addition {
  readonly id: string;
  /** As an erratum's. A function or trigger type that is not there is added by the path `""`. */
  readonly target: string;
  /** A name of `spec/capabilities.json`: what it belongs to. */
  readonly capability: string;
  /**
   * `add`, or `remove` of `required`, for what a caller may ask to be left out. What upstream has is widened by `test`
   * and then `replace` of the same path, so that it does not change unseen.
   */
  readonly change: readonly PatchOperation[];
  readonly reason: string;
}

/**
 * The corrected API reference with everything that is ours.
 *
 * @throws Error when an addition changes what is there: then upstream has a member of that name meanwhile
 */
export function applyOverlay(reference: ApiReference, additions: readonly Addition[]): ApiReference {
  return additions.reduce(applyAddition, reference);
}

function applyAddition(reference: ApiReference, addition: Addition): ApiReference {
  const { target, change } = addition;
  const what = `addition ${addition.id}`;
  const [section, name] = splitTarget(what, target);
  const [first] = change;
  if (section !== 'definitions' && first?.path === '') {
    const entries: readonly { readonly name: string }[] = reference[section];
    if (entries.some((entry) => entry.name === name)) throw reconcile(what, target);
    const added = { name, ...(first.value as object) } as ReferenceFunction;
    return {
      ...reference,
      [section]: [...entries, told({ ...added, description: marked(added.description) }, addition)],
    };
  }
  return changeTarget(reference, what, target, (entry) => {
    const after = change.reduce(
      (each, operation, at) => add(each, operation, addition, change[at - 1]),
      entry,
    );
    return section === 'functions' ? told(after as ReferenceFunction, addition) : after;
  });
}

/** A function tells in its metadata which capabilities it has. */
function told(entry: ReferenceFunction, { capability }: Addition): ReferenceFunction {
  const known = entry.metadata?.capabilities ?? [];
  if (known.includes(capability)) return entry;
  return { ...entry, metadata: { ...entry.metadata, capabilities: [...known, capability] } };
}

/** @param before the operation before it */
function add(
  entry: unknown,
  operation: PatchOperation,
  { id, target }: Addition,
  before: PatchOperation | undefined,
): unknown {
  const { op, path, value } = operation;
  if (op === 'remove' && REQUIRED.test(path)) return applyPatch(entry, [{ op, path }]);
  if (op === 'test') {
    if (applies(entry, operation)) return entry;
    throw reconcile(`addition ${id}`, `another ${path} of ${target}`);
  }
  if (op === 'replace' && before?.op === 'test' && before.path === path) {
    return applyPatch(entry, [{ op, path, value: isSchema(value) ? described(value) : value }]);
  }
  if (op !== 'add') throw new Error(`addition ${id}: ${op} ${path} adds nothing: a correction is an erratum`);
  if (!path.endsWith('/-') && applies(entry, { op: 'remove', path }))
    throw reconcile(`addition ${id}`, `${path} of ${target}`);
  try {
    return applyPatch(entry, [
      {
        op,
        path,
        value: isSchema(value) && !path.endsWith('/definitions') ? described(value) : value,
      },
    ]);
  } catch (error) {
    throw new Error(`addition ${id} does not fit: ${(error as Error).message}`, { cause: error });
  }
}

function applies(entry: unknown, operation: PatchOperation): boolean {
  try {
    applyPatch(entry, [operation]);
    return true;
  } catch {
    return false;
  }
}

const reconcile = (what: string, member: string): Error =>
  new Error(`${what}: upstream has ${member} now: reconcile the two, then remove it from spec/overlay.json`);

const REQUIRED = /\/required$/;
const MARK = '*Additive.*';

const isSchema = (value: unknown): value is { readonly description?: string } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const described = (schema: { readonly description?: string }): object => ({
  ...schema,
  description: marked(schema.description),
});

/** The description of what is ours says so. */
const marked = (description: string | null | undefined): string =>
  description?.startsWith(MARK) ? description : `${MARK} ${description ?? ''}`.trim();
