import { randomUUID } from 'node:crypto';
import { INVOCATION_ERROR } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type { InvocationCallback, InvocationFailure } from '../../service/service-port.js';
import type { Deadlines, Expiring } from './deadlines.js';

/** How many calls may be unanswered at one time, over all peers of one side. */
export class CallBudget {
  used = 0;
  readonly #max: () => number;

  /** @param max looked up at each call */
  constructor(max: () => number) {
    this.#max = max;
  }

  get isSpent(): boolean {
    return this.used >= this.#max();
  }
}

interface PendingCall extends Expiring {
  readonly functionId: string;
  readonly done: InvocationCallback;
}

/** The calls that one peer owes a result. Each ends exactly once: with its result, timed out, or stopped. */
export class PendingCalls {
  readonly #calls = new Map<string, PendingCall>();
  readonly #budget: CallBudget;
  readonly #deadlines: Deadlines;
  readonly #onThrow: (error: unknown) => void;

  /** @param onThrow told what a callback threw, so that it harms no other call */
  constructor(budget: CallBudget, deadlines: Deadlines, onThrow: (error: unknown) => void) {
    this.#budget = budget;
    this.#deadlines = deadlines;
    this.#onThrow = onThrow;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The new call's invocation id; undefined, and `done` was not called, when the budget is spent. */
  start(functionId: string, timeoutMs: number, done: InvocationCallback): string | undefined {
    if (this.#budget.isSpent) return undefined;
    this.#budget.used += 1;
    const id = randomUUID();
    const expire = (): void => {
      const message = `Function ${functionId} did not answer within ${timeoutMs} ms`;
      this.settle(id, { code: INVOCATION_ERROR.invocationTimeout, message }, undefined);
    };
    const call: PendingCall = { functionId, done, bucket: undefined, expire };
    this.#calls.set(id, call);
    this.#deadlines.add(call, timeoutMs);
    return id;
  }

  /** Ends a call; false when there is none of this id (any more). */
  settle(id: string, failure: InvocationFailure | undefined, result: JsonText | undefined): boolean {
    const call = this.#calls.get(id);
    if (call === undefined) return false;
    this.#calls.delete(id);
    this.#budget.used -= 1;
    this.#deadlines.remove(call);
    try {
      call.done(failure, result);
    } catch (error) {
      this.#onThrow(error);
    }
    return true;
  }

  /** The peer left: ends every call with `invocation_stopped`. */
  stop(): void {
    for (const [id, { functionId }] of this.#calls) {
      const message = `The worker that ran function ${functionId} is gone`;
      this.settle(id, { code: INVOCATION_ERROR.invocationStopped, message }, undefined);
    }
  }
}
