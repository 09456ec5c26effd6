import { isDeepStrictEqual } from 'node:util';
import { OBSERVER_ERROR, type ObserverErrorCode } from '../../../../generated/constants.js';

/** What a filter looks at. */
export interface Observed {
  readonly input: unknown;
  readonly output: unknown;
}

export type Filter = (observed: Observed) => boolean;

/** A filter that is refused. */
export class FilterError extends Error {
  readonly code: ObserverErrorCode;

  constructor(code: ObserverErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const MAX = { depth: 8, nodes: 64, set: 256, segments: 16, bytes: 8_192, literalDepth: 32 } as const;

/** Nothing is known of a caller, an error or the metadata of an event: their paths are absent. */
const ROOTS: ReadonlySet<string> = new Set(['input', 'output', 'error', 'caller', 'metadata']);
const ELEMENT = '@';

type Test = (value: unknown) => boolean;
/** `undefined` = absent; JSON knows no such value. */
type Resolve = (root: (name: string) => unknown) => unknown;
type Predicate = (root: (name: string) => unknown) => boolean;

/**
 * What filters of observers say, as a function. A path without a value is absent, which is not null: `$eq`, and all that
 * compares, is false then, `$ne` and `$nin` are true.
 *
 * @throws FilterError
 */
export function compileFilter(filters: unknown): Filter {
  const length = JSON.stringify(filters)?.length ?? 0;
  if (length > MAX.bytes) throw invalid(`is ${length} characters long, at most ${MAX.bytes} are allowed`);
  const matches = new Compiler().all(filters, ROOTS, 1);
  return (observed) => matches((name) => (observed as unknown as Readonly<Record<string, unknown>>)[name]);
}

class Compiler {
  #nodes = 0;

  /** An object of paths and logical operators, all of which must hold. */
  all(given: unknown, roots: ReadonlySet<string>, depth: number): Predicate {
    if (depth > MAX.depth) throw invalid(`nests more than ${MAX.depth} deep`);
    const parts = entriesOf(given).map(([key, operand]) => this.#part(key, operand, roots, depth));
    return (root) => parts.every((part) => part(root));
  }

  #part(key: string, operand: unknown, roots: ReadonlySet<string>, depth: number): Predicate {
    this.#count();
    if (key === '$not') {
      const negated = this.all(operand, roots, depth + 1);
      return (root) => !negated(root);
    }
    if (key === '$and' || key === '$or') {
      if (!Array.isArray(operand) || operand.length === 0)
        throw invalid(`${key} takes a list that is not empty`);
      const parts = operand.map((one) => this.all(one, roots, depth + 1));
      return key === '$and'
        ? (root) => parts.every((part) => part(root))
        : (root) => parts.some((part) => part(root));
    }
    const resolve = resolver(key, roots);
    const test = this.#tests(operand, key, depth);
    return (root) => test(resolve(root));
  }

  #tests(given: unknown, path: string, depth: number): Test {
    const entries = entriesOf(given);
    if (entries.length === 0) throw invalid(`${path} has no operator`);
    const tests = entries.map(([operator, operand]) => {
      this.#count();
      return operator === '$any' ? this.#any(operand, path, depth) : testOf(operator, operand, path);
    });
    return (value) => tests.every((test) => test(value));
  }

  #any(operand: unknown, path: string, depth: number): Test {
    const ofPaths = entriesOf(operand).every(([key]) => key.startsWith(ELEMENT));
    if (entriesOf(operand).length === 0) throw invalid(`${path}: $any has no operator`);
    const test: Test = ofPaths
      ? ofElement(this.all(operand, new Set([ELEMENT]), depth + 1))
      : this.#tests(operand, path, depth + 1);
    return (value) => Array.isArray(value) && value.some(test);
  }

  #count(): void {
    this.#nodes += 1;
    if (this.#nodes > MAX.nodes) throw invalid(`has more than ${MAX.nodes} parts`);
  }
}

const ofElement =
  (predicate: Predicate): Test =>
  (element) =>
    predicate(() => element);

function testOf(operator: string, operand: unknown, path: string): Test {
  refuseLiteral(operand, path, 0);
  switch (operator) {
    case '$eq':
      return (value) => isEqual(value, operand);
    case '$ne':
      return (value) => !isEqual(value, operand);
    case '$in':
    case '$nin': {
      if (!Array.isArray(operand) || operand.length > MAX.set)
        throw invalid(`${path}: ${operator} takes a list of at most ${MAX.set}`);
      const isIn: Test = (value) => operand.some((one) => isEqual(value, one));
      return operator === '$in' ? isIn : (value) => !isIn(value);
    }
    case '$gt':
      return compared(operand, path, (sign) => sign > 0);
    case '$gte':
      return compared(operand, path, (sign) => sign >= 0);
    case '$lt':
      return compared(operand, path, (sign) => sign < 0);
    case '$lte':
      return compared(operand, path, (sign) => sign <= 0);
    case '$exists':
      if (typeof operand !== 'boolean') throw invalid(`${path}: $exists takes true or false`);
      return (value) => (value !== undefined) === operand;
    case '$prefix':
      if (typeof operand !== 'string') throw invalid(`${path}: $prefix takes a string`);
      return (value) => typeof value === 'string' && value.startsWith(operand);
    default:
      throw invalid(`${path}: the operator ${operator.slice(0, 32)} is unknown`);
  }
}

/** Strings compare with strings and numbers with numbers. */
function compared(operand: unknown, path: string, holds: (sign: number) => boolean): Test {
  if (typeof operand !== 'number' && typeof operand !== 'string')
    throw invalid(`${path}: only strings and numbers compare`);
  return (value) =>
    typeof value === typeof operand &&
    holds(value === operand ? 0 : (value as typeof operand) > operand ? 1 : -1);
}

const isEqual = (value: unknown, operand: unknown): boolean =>
  value === operand || (value !== undefined && isDeepStrictEqual(value, operand));

/** @throws FilterError `INVALID_FILTER` for a number that a double may not hold, and for one that nests too deep */
function refuseLiteral(literal: unknown, path: string, depth: number): void {
  if (depth > MAX.literalDepth) throw invalid(`${path}: a literal nests more than ${MAX.literalDepth} deep`);
  if (typeof literal === 'number' && Math.abs(literal) > 2 ** 53)
    throw invalid(`${path}: a number beyond 2^53 is not exact`);
  if (typeof literal !== 'object' || literal === null) return;
  for (const part of Object.values(literal)) refuseLiteral(part, path, depth + 1);
}

/** A path is dotted, and a backslash before a dot makes it part of the name. */
function resolver(path: string, roots: ReadonlySet<string>): Resolve {
  const [root = '', ...names] = segmentsOf(path);
  if (!roots.has(root)) throw invalid(`${path}: does not begin with one of ${[...roots].join(', ')}`);
  if (names.length >= MAX.segments) throw badPath(path, `has more than ${MAX.segments} segments`);
  if (names.includes('')) throw badPath(path, 'has an empty segment');
  return (ofRoot) => names.reduce(member, ofRoot(root));
}

const segmentsOf = (path: string): string[] =>
  path.split(/(?<!\\)\./).map((segment) => segment.replaceAll('\\.', '.'));

const INDEX = /^(?:0|[1-9]\d*)$/;

function member(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return INDEX.test(name) ? value[Number(name)] : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function entriesOf(given: unknown): [string, unknown][] {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid('has a bare value where operators or paths are expected');
  return Object.entries(given);
}

const invalid = (what: string): FilterError =>
  new FilterError(OBSERVER_ERROR.invalidFilter, `filters: ${what}`);

const badPath = (path: string, what: string): FilterError =>
  new FilterError(OBSERVER_ERROR.invalidFilterPath, `filters: ${path.slice(0, 64)} ${what}`);
