import { AssertionError } from 'node:assert';
import { blameOf, NotApplicable, needOf, RunStopped, TargetFault } from '../wire/faults.js';
import type { Wait } from '../wire/waits.js';
import { engineCause } from './attached.js';
import type { Case } from './case.js';
import { Context } from './context.js';
import { type Result, resultOf } from './result.js';
import type { Surroundings } from './surroundings.js';
import type { Target, TargetConfig } from './target.js';

const DEFAULT_TIMEOUT_MS = 10_000;
/** Share of a case's time that is still waited for what never came in the run. */
const HOPELESS = 0.1;
/** How often a case is looked at within its time. */
const LOOKS = 20;

export interface AttemptOptions {
  readonly surroundings: Surroundings;
  readonly config: TargetConfig;
  /** Multiplies the case's time. */
  readonly patience: number;
  /** Milliseconds that may pass without a frame. */
  readonly silenceMs: number;
  /** Rejects when the run stops. */
  readonly stopped: Promise<never>;
}

/** Runs one case against a target, undefined when it launches its own. */
export async function attempt(
  one: Case,
  target: Target | undefined,
  options: AttemptOptions,
): Promise<Result> {
  const { surroundings, config } = options;
  const start = performance.now();
  const context = new Context(surroundings, config, target);
  try {
    await bounded(one, context, options);
    return resultOf(one, { outcome: 'passed', ms: performance.now() - start });
  } catch (error) {
    if (error instanceof TargetFault && error.isSilence) surroundings.silence.timedOut(error.need);
    const result = failure(one, error, performance.now() - start, context);
    return surroundings.isAttached ? attributed(result) : result;
  } finally {
    await context[Symbol.asyncDispose]();
  }
}

/** The result of a case that ended with an error. */
export function failure(one: Case, error: unknown, ms: number, context?: Context): Result {
  if (error instanceof RunStopped) return resultOf(one, { outcome: 'not-run', ms, reason: error.message });
  if (error instanceof NotApplicable)
    return resultOf(one, { outcome: 'not-applicable', ms, reason: error.message });
  const blame = blameOf(error);
  const need = needOf(error) ?? (blame === 'target' ? one.about : undefined);
  const reason = sentence(error);
  return resultOf(one, {
    outcome: 'failed',
    ms,
    reason: context?.stripped(reason) ?? reason,
    blame,
    ...(need === undefined ? {} : { need }),
    trace: context?.trace.lines() ?? [],
  });
}

/** A failure whose cause is the engine between is none of the target's. */
function attributed(result: Result): Result {
  const cause = engineCause(result.id);
  if (cause === undefined || result.outcome !== 'failed') return result;
  return {
    ...result,
    outcome: 'known-failing',
    blame: 'engine',
    reason: `${cause} (${result.reason ?? ''})`,
  };
}

/** A case ends by itself, by a frame that breaks the spec, by its time, or with the run. */
async function bounded(one: Case, context: Context, options: AttemptOptions): Promise<void> {
  const ms = (one.timeoutMs ?? DEFAULT_TIMEOUT_MS) * options.patience;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const every = Math.min(ms, options.silenceMs) / LOOKS;
    timer = setInterval(looker(ms, every, context, options, reject), every);
  });
  try {
    await Promise.race([one.run(context), context.broken, late, options.stopped]);
    // A fault that arrived with the last frame counts too.
    await Promise.race([context.broken, Promise.resolve()]);
  } finally {
    clearInterval(timer);
  }
}

/** Looks are counted, not milliseconds: while this process itself is busy, nobody else is late. */
function looker(
  ms: number,
  every: number,
  context: Context,
  { surroundings, silenceMs }: AttemptOptions,
  reject: (error: Error) => void,
): () => void {
  const log = surroundings.silence;
  let looks = 0;
  let lastFrame = 0;
  const since = new Map<Wait, number>();
  const isOld = (wait: Wait): boolean => {
    const first = since.get(wait) ?? looks;
    since.set(wait, first);
    return (looks - first) * every >= ms * HOPELESS;
  };
  return () => {
    looks += 1;
    if (context.trace.hasNews()) lastFrame = looks;
    const waits = context.waits.current();
    const what = waits.map((wait) => wait.what).join('; ') || 'the end of the case';
    if (looks >= ms / every || looks - lastFrame >= silenceMs / every) {
      reject(new TargetFault(`waited ${Math.round(looks * every)} ms for ${what}`, waits[0]?.need, true));
    } else if (log.isHopeless(waits) && waits.every(isOld)) {
      reject(new TargetFault(`waited for ${what}, which never came in this run`, waits[0]?.need));
    }
  };
}

function sentence(error: unknown): string {
  if (error instanceof AssertionError) return error.message;
  const { name, message, stack } = error as Error;
  return blameOf(error) === 'target' ? message : (stack ?? `${name}: ${message}`);
}
