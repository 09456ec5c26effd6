import { type ApiReference, splitTarget } from './errata.js';
import { applyPatch, type PatchOperation } from './patch.js';

/** Something of ours that the API reference does not have. */
export interface Addition {
  readonly id: string;
  /** `functions/<id>` or `triggers/<id>`; the change's paths start there. */
  readonly target: string;
  /** The name of what it belongs to, which a client may ask for. */
  readonly capability: string;
  /** `add` only. The path `""` adds the function or trigger type itself. */
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
  const { id, target, change } = addition;
  const [section, name] = splitTarget(id, target);
  const entries: readonly { readonly name: string }[] = reference[section];
  const known = entries.find((entry) => entry.name === name);
  const [first] = change;
  if (first?.path === '') {
    if (known !== undefined) throw reconcile(id, target);
    const added = { name, ...(marked(first.value) as object) };
    return { ...reference, [section]: [...entries, added] };
  }
  if (known === undefined) throw new Error(`addition ${id}: there is no ${target}`);
  const after = change.reduce((entry, operation) => add(entry, operation, addition), known);
  return { ...reference, [section]: entries.map((entry) => (entry === known ? after : entry)) };
}

function add<T>(entry: T, operation: PatchOperation, { id, target }: Addition): T {
  const { op, path, value } = operation;
  if (op !== 'add') throw new Error(`addition ${id}: ${op} ${path} adds nothing: a correction is an erratum`);
  if (!path.endsWith('/-') && holds(entry, path)) throw reconcile(id, `${path} of ${target}`);
  try {
    return applyPatch(entry, [{ op, path, value: marked(value) }]);
  } catch (error) {
    throw new Error(`addition ${id} does not fit`, { cause: error });
  }
}

function holds(entry: unknown, path: string): boolean {
  try {
    applyPatch(entry, [{ op: 'remove', path }]);
    return true;
  } catch {
    return false;
  }
}

const reconcile = (id: string, what: string): Error =>
  new Error(
    `addition ${id}: upstream has ${what} now: reconcile the two, then remove it from spec/overlay.json`,
  );

const MARK = '*Additive.*';

/** A schema that is ours says so. */
function marked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { description = '' } = value as { description?: string };
  if (description.startsWith(MARK)) return value;
  return { ...value, description: `${MARK} ${description}`.trim() };
}
