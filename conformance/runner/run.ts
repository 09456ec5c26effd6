import { AssertionError } from 'node:assert';
import { blameOf, TargetFault } from '../wire/faults.js';
import type { Case } from './case.js';
import { Context } from './context.js';
import { Mutex } from './mutex.js';
import { type Result, resultOf } from './result.js';
import { type Facts, notApplicable } from './select.js';
import type { TargetConfig, Targets } from './target.js';

const DEFAULT_TIMEOUT_MS = 10_000;
/** Silence ends a case after its time; a target that goes on talking, after so many times that. */
const MAX_TIMEOUTS = 30;
/** How often a case's silence is looked at within its time. */
const LOOKS = 10;
/** Targets that single cases start, at one time. */
const MAX_LAUNCHES = 3;

export interface RunOptions {
  readonly targets: Targets;
  readonly facts: Facts;
  /** Configuration of the target that most cases share. */
  readonly base: TargetConfig;
  /** Cases that run at one time. @default 8 */
  readonly concurrency?: number;
  /** Multiplies every case's time, for slow machines. @default 1 */
  readonly patience?: number;
  /** Called as each case ends. */
  readonly onResult?: (result: Result) => void;
}

/** Runs cases; the results have the order of the cases. */
export async function run(cases: readonly Case[], options: RunOptions): Promise<readonly Result[]> {
  const runner = new Runner(options);
  const results: Result[] = new Array(cases.length);
  // Those that start targets take longest, so they start first.
  const queue = [...cases.entries()].sort(([, a], [, b]) => Number(b.own ?? false) - Number(a.own ?? false));
  const lane = async (mine: [number, Case][]): Promise<void> => {
    for (let next = mine.shift(); next !== undefined; next = mine.shift()) {
      const [at, one] = next;
      const result = await runner.run(one);
      results[at] = result;
      options.onResult?.(result);
    }
  };
  const launching = queue.filter(([, one]) => one.own);
  const sharing = queue.filter(([, one]) => !one.own);
  const lanes = Array.from({ length: options.concurrency ?? 8 }, () => lane(sharing));
  for (let i = 0; i < MAX_LAUNCHES; i++) lanes.push(lane(launching));
  await Promise.all(lanes);
  return results;
}

class Runner {
  readonly #options: RunOptions;
  readonly #locks = new Map<string, Mutex>();

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async run(one: Case): Promise<Result> {
    const reason = notApplicable(one, this.#options.facts);
    if (reason !== undefined) return resultOf(one, { outcome: 'not-applicable', ms: 0, reason });
    if (!one.exclusive) return this.#attempt(one);
    const key = JSON.stringify(one.config ?? {});
    let lock = this.#locks.get(key);
    if (lock === undefined) {
      lock = new Mutex();
      this.#locks.set(key, lock);
    }
    return lock.run(() => this.#attempt(one));
  }

  async #attempt(one: Case): Promise<Result> {
    const { targets, base } = this.#options;
    const config: TargetConfig = { ...base, ...one.config };
    const start = performance.now();
    let context: Context | undefined;
    try {
      const target = one.own ? undefined : await targets.shared(config);
      context = new Context(targets, config, target);
      await this.#bounded(one, context);
      return resultOf(one, { outcome: 'passed', ms: performance.now() - start });
    } catch (error) {
      return resultOf(one, {
        outcome: 'failed',
        ms: performance.now() - start,
        reason: sentence(error),
        blame: blameOf(error),
        trace: context?.trace.lines() ?? [],
      });
    } finally {
      await context?.[Symbol.asyncDispose]();
    }
  }

  /** A case ends by itself, by a frame that breaks the spec, or by its time. */
  async #bounded(one: Case, context: Context): Promise<void> {
    const ms = (one.timeoutMs ?? DEFAULT_TIMEOUT_MS) * (this.#options.patience ?? 1);
    const end = performance.now() + ms * MAX_TIMEOUTS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      let last = context.trace.lastActivity;
      let quiet = 0;
      // Looks are counted, not milliseconds: while this process itself is busy, nobody else is silent.
      const look = (): void => {
        quiet = context.trace.lastActivity === last ? quiet + 1 : 0;
        last = context.trace.lastActivity;
        const what = [...context.waits].join('; ') || 'the end of the case';
        if (quiet >= LOOKS) reject(new TargetFault(`waited ${ms} ms for ${what}`));
        else if (performance.now() >= end) reject(new TargetFault(`did not end in ${ms * MAX_TIMEOUTS} ms`));
      };
      timer = setInterval(look, ms / LOOKS);
    });
    try {
      await Promise.race([one.run(context), context.broken, late]);
      // A fault that arrived with the last frame counts too.
      await Promise.race([context.broken, Promise.resolve()]);
    } finally {
      clearInterval(timer);
    }
  }
}

function sentence(error: unknown): string {
  if (error instanceof AssertionError) return error.message;
  const { name, message, stack } = error as Error;
  return blameOf(error) === 'target' ? message : (stack ?? `${name}: ${message}`);
}
