import { FUNCTION_DESCRIPTORS } from '../../../generated/descriptors.js';
import type { RegisterFunctionMessage } from '../../../generated/worker.js';
import type { Worker } from './worker.js';

/** A function as lists show it. */
export interface FunctionInfo {
  readonly function_id: string;
  readonly description?: string;
  readonly request_format?: unknown;
  readonly response_format?: unknown;
  readonly metadata?: unknown;
}

interface Registration {
  readonly worker: Worker;
  readonly info: FunctionInfo;
  /** It has a URL of its own, and the worker does not run it. */
  readonly isHttp: boolean;
}

const OWN: readonly FunctionInfo[] = FUNCTION_DESCRIPTORS.map(({ id, ...rest }) => ({
  function_id: id,
  ...rest,
}));
const OWN_IDS: ReadonlySet<string> = new Set(OWN.map(({ function_id }) => function_id));

/**
 * Who offers which function. The newest registration of an id owns it; when it goes, the newest of the others that live
 * owns it again, and behind all of them ours (D29).
 */
export class Functions {
  readonly #owners = new Map<string, Registration>();
  /** Registrations that a newer connection took over, oldest first. Only ids that have any. */
  readonly #older = new Map<string, readonly Registration[]>();
  readonly #changed: (id: string) => void;
  /** False until there is a service behind our own functions. */
  offersOwn = false;
  /** Of functions with a name in parentheses, which may implement a stream. */
  #customCount = 0;

  /** @param changed told when an id appears or vanishes */
  constructor(changed: (id: string) => void) {
    this.#changed = changed;
  }

  has(id: string): boolean {
    return this.#owners.has(id) || this.isOwn(id);
  }

  /** False when no worker implements a stream. */
  get hasCustomStreams(): boolean {
    return this.#customCount > 0;
  }

  /** True for a function of ours, whether or not a worker stands in for it. */
  isOwn(id: string): boolean {
    return this.offersOwn && OWN_IDS.has(id);
  }

  /** The worker that runs the function. */
  workerOf(id: string): Worker | undefined {
    const owner = this.#owners.get(id);
    return owner?.isHttp ? undefined : owner?.worker;
  }

  /** True for a function that is registered with a URL: nobody here calls it. */
  isHttp(id: string): boolean {
    return this.#owners.get(id)?.isHttp === true;
  }

  /** False when the connection held the function already. */
  register(worker: Worker, message: RegisterFunctionMessage): boolean {
    const { id, description, request_format, response_format, metadata, invocation } = message;
    const isNew = !this.has(id);
    const info = {
      function_id: id,
      ...(typeof description === 'string' ? { description } : {}),
      request_format,
      response_format,
      metadata,
    };
    const owner = this.#owners.get(id);
    const older = this.#older.get(id) ?? [];
    const others = older.filter((one) => one.worker !== worker);
    const held = owner?.worker === worker || others.length < older.length;
    if (owner !== undefined && owner.worker !== worker) others.push(owner);
    this.#keepOlder(id, others);
    this.#owners.set(id, { worker, info, isHttp: invocation != null });
    if (isNew) this.#appeared(id, 1);
    return !held;
  }

  /** A connection takes back what it registered; false when it holds no such function. */
  unregister(worker: Worker, id: string): boolean {
    const older = this.#older.get(id) ?? [];
    if (this.#owners.get(id)?.worker !== worker) {
      const others = older.filter((one) => one.worker !== worker);
      this.#keepOlder(id, others);
      return others.length < older.length;
    }
    const next = older.at(-1);
    if (next === undefined) this.#owners.delete(id);
    else {
      this.#owners.set(id, next);
      this.#keepOlder(id, older.slice(0, -1));
    }
    if (!this.has(id)) this.#appeared(id, -1);
    return true;
  }

  /** A connection is closed, and its functions go with it, except for those that another one offers too. */
  removeOf(worker: Worker): void {
    for (const id of [...this.#older.keys(), ...this.#owners.keys()]) this.unregister(worker, id);
  }

  /** A function as lists show it, and who offers it: undefined = we do. */
  get(id: string): { readonly info: FunctionInfo; readonly worker: Worker | undefined } | undefined {
    const owner = this.#owners.get(id);
    if (owner !== undefined) return owner;
    const info = this.offersOwn ? OWN.find(({ function_id }) => function_id === id) : undefined;
    return info && { info, worker: undefined };
  }

  idsOf(worker: Worker): string[] {
    return [...this.#owners].filter(([, { worker: owner }]) => owner === worker).map(([id]) => id);
  }

  list(): FunctionInfo[] {
    const own = this.offersOwn ? OWN.filter(({ function_id }) => !this.#owners.has(function_id)) : [];
    return [...own, ...[...this.#owners.values()].map(({ info }) => info)];
  }

  /** @param by 1 when an id appeared, -1 when it vanished */
  #appeared(id: string, by: 1 | -1): void {
    if (id.endsWith(')')) this.#customCount += by;
    this.#changed(id);
  }

  #keepOlder(id: string, older: readonly Registration[]): void {
    if (older.length === 0) this.#older.delete(id);
    else this.#older.set(id, older);
  }
}
