/** One operation of an RFC 6902 patch; `copy` and `move` are not needed. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

type Container = Record<string, unknown>;

/** Applies `operations` to a copy of `document`. @throws Error naming the operation that does not fit. */
export function applyPatch<T>(document: T, operations: readonly PatchOperation[]): T {
  const copy = structuredClone(document);
  for (const operation of operations) applyOne(copy, operation);
  return copy;
}

function applyOne(document: unknown, { op, path, value }: PatchOperation): void {
  const fail = (why: string): never => {
    throw new Error(`${op} ${path}: ${why}`);
  };
  const tokens = path.split('/').slice(1).map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = tokens.pop() ?? fail('the path is empty');
  let target = document;
  for (const token of tokens) {
    if (!isContainer(target) || !(token in target)) return fail(`there is no ${token}`);
    target = target[token];
  }
  if (!isContainer(target)) return fail('the parent is no object or array');
  if (op !== 'add' && !(last in target)) return fail(`there is no ${last}`);
  if (op === 'test') {
    if (JSON.stringify(target[last]) !== JSON.stringify(value)) fail('the value differs');
  } else if (op === 'remove') {
    if (Array.isArray(target)) target.splice(Number(last), 1);
    else delete target[last];
  } else if (op === 'add' && Array.isArray(target)) {
    target.splice(last === '-' ? target.length : Number(last), 0, value);
  } else {
    target[last] = value;
  }
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;
