import { isDeepStrictEqual } from 'node:util';

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

function applyOne(document: unknown, operation: PatchOperation): void {
  const { op, path, value } = operation;
  const { parent, key } = locate(document, operation);
  if (op !== 'add' && !(key in parent)) throw misfit(operation, `there is no ${key}`);
  if (op === 'test') {
    if (!isDeepStrictEqual(parent[key], value)) throw misfit(operation, 'the value differs');
  } else if (op === 'remove') {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  } else if (op === 'add' && Array.isArray(parent)) {
    parent.splice(path.endsWith('/-') ? parent.length : Number(key), 0, value);
  } else {
    parent[key] = value;
  }
}

function locate(document: unknown, operation: PatchOperation): { parent: Container; key: string } {
  const tokens = operation.path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = tokens.pop();
  let parent = document;
  for (const token of tokens) parent = isContainer(parent) ? parent[token] : undefined;
  if (key === undefined || !isContainer(parent)) throw misfit(operation, 'its parent is no object or array');
  return { parent, key };
}

const misfit = ({ op, path }: PatchOperation, why: string): Error => new Error(`${op} ${path}: ${why}`);

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;
