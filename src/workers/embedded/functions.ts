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
}

const OWN: readonly FunctionInfo[] = FUNCTION_DESCRIPTORS.map(({ id, ...rest }) => ({
  function_id: id,
  ...rest,
}));
const OWN_IDS: ReadonlySet<string> = new Set(OWN.map(({ function_id }) => function_id));

/**
 * Who offers which function. The newest registration of an id owns it; a worker may stand in for a function of ours,
 * and while it is away ours is back.
 */
export class Functions {
  readonly #registrations = new Map<string, Registration>();
  readonly #changed: () => void;
  /** False until there is a service behind our own functions. */
  offersOwn = false;

  /** @param changed told when an id appears or vanishes */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  has(id: string): boolean {
    return this.#registrations.has(id) || this.isOwn(id);
  }

  /** True for a function of ours, whether or not a worker stands in for it. */
  isOwn(id: string): boolean {
    return this.offersOwn && OWN_IDS.has(id);
  }

  /** The worker that offers the function. */
  workerOf(id: string): Worker | undefined {
    return this.#registrations.get(id)?.worker;
  }

  /** False when the connection held the function already. */
  register(worker: Worker, message: RegisterFunctionMessage): boolean {
    const { id, description, request_format, response_format, metadata } = message;
    const isNew = !this.has(id);
    const held = this.#registrations.get(id)?.worker === worker;
    const info = {
      function_id: id,
      ...(typeof description === 'string' ? { description } : {}),
      request_format,
      response_format,
      metadata,
    };
    this.#registrations.set(id, { worker, info });
    if (isNew) this.#changed();
    return !held;
  }

  /** Only the owner can take a function back; false when this connection is not. */
  unregister(worker: Worker, id: string): boolean {
    if (this.workerOf(id) !== worker) return false;
    this.#registrations.delete(id);
    if (!this.has(id)) this.#changed();
    return true;
  }

  /** A connection is closed, and its functions go with it, except for those that a newer one took over. */
  removeOf(worker: Worker): void {
    for (const [id, registration] of this.#registrations) {
      if (registration.worker === worker) this.unregister(worker, id);
    }
  }

  idsOf(worker: Worker): string[] {
    return [...this.#registrations].filter(([, { worker: owner }]) => owner === worker).map(([id]) => id);
  }

  list(): FunctionInfo[] {
    const own = this.offersOwn ? OWN.filter(({ function_id }) => !this.#registrations.has(function_id)) : [];
    return [...own, ...[...this.#registrations.values()].map(({ info }) => info)];
  }
}
