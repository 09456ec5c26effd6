import { lacksBeside } from '../capabilities.js';
import { RunStopped } from '../wire/faults.js';
import { SilenceLog } from '../wire/waits.js';
import type { ConnectOptions } from '../wire/wiring.js';
import { attempt, failure } from './attempt.js';
import type { Case } from './case.js';
import { Mutex } from './mutex.js';
import { unreachable } from './reachable.js';
import { type Result, resultOf } from './result.js';
import { type Facts, notApplicable } from './select.js';
import { Stop } from './stop.js';
import type { Surroundings } from './surroundings.js';
import type { Target, TargetConfig, Targets } from './target.js';

/** Targets that single cases start, at one time. */
const MAX_LAUNCHES = 3;

/** A timer of more would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const DEFAULTS = {
  concurrency: 8,
  patience: 1,
  connect: { timeoutMs: 5_000, headers: {} },
  runTimeoutMs: 1_800_000,
} as const;

export interface RunOptions {
  readonly targets: Targets;
  readonly facts: Facts;
  /** Configuration of the target that most cases share. */
  readonly base: TargetConfig;
  /** Cases that run at one time. @default 8 */
  readonly concurrency?: number;
  /** Multiplies every time limit: above 1 for slow machines, below 1 for targets that are known to be fast. @default 1 */
  readonly patience?: number;
  /** Milliseconds that may pass without a frame in a case: whoever knows a target need not wait longer. @default Infinity */
  readonly silenceMs?: number;
  /** @default 5 s and no headers */
  readonly connect?: ConnectOptions;
  /** Functions are reached through an iii engine; only the stream socket is the target's own. @default false */
  readonly isAttached?: boolean;
  /** Milliseconds after which cases that have not ended are not run. @default 1800000 */
  readonly runTimeoutMs?: number;
  /** Called as each case ends. */
  readonly onResult?: (result: Result) => void;
}

/** Runs cases; the results have the order of the cases. */
export async function run(cases: readonly Case[], options: RunOptions): Promise<readonly Result[]> {
  using stop = new Stop();
  const { patience = DEFAULTS.patience } = options;
  stop.after(Math.min(patience * (options.runTimeoutMs ?? DEFAULTS.runTimeoutMs), MAX_TIMER_MS));
  const runner = new Runner(options, stop);
  await runner.start(cases);
  const results: Result[] = new Array(cases.length);
  const lane = async (mine: (readonly [number, Case])[]): Promise<void> => {
    for (let next = mine.shift(); next !== undefined; next = mine.shift()) {
      const [at, one] = next;
      const result = await runner.run(one);
      results[at] = result;
      options.onResult?.(result);
    }
  };
  const entries = [...cases.entries()];
  const launching = entries.filter(([, one]) => one.own);
  const sharing = entries.filter(([, one]) => !one.own && !one.last);
  const lanes = Array.from({ length: options.concurrency ?? DEFAULTS.concurrency }, () => lane(sharing));
  for (let i = 0; i < MAX_LAUNCHES; i++) lanes.push(lane(launching));
  await Promise.all(lanes);
  await lane(entries.filter(([, one]) => !one.own && one.last));
  return results;
}

class Runner {
  readonly #options: RunOptions;
  readonly #stop: Stop;
  readonly #surroundings: Omit<Surroundings, 'lacks'>;
  #facts: Facts;
  readonly #locks = new Map<string, Mutex>();
  /** Ids of the cases that run now. */
  readonly #running = new Set<string>();

  constructor(options: RunOptions, stop: Stop) {
    this.#options = options;
    this.#stop = stop;
    this.#facts = options.facts;
    const { timeoutMs, headers } = options.connect ?? DEFAULTS.connect;
    this.#surroundings = {
      targets: options.targets,
      connect: { headers, timeoutMs: timeoutMs * (options.patience ?? DEFAULTS.patience) },
      silence: new SilenceLog(),
      isAttached: options.isAttached ?? false,
    };
  }

  /** Starts the target that most cases share, if any of these cases uses it, and learns what it offers. */
  async start(cases: readonly Case[]): Promise<void> {
    const { targets, base, facts } = this.#options;
    const isUsed = cases.some(
      (one) => !one.own && one.config === undefined && notApplicable(one, facts) === undefined,
    );
    if (!isUsed) return;
    try {
      const target = await targets.shared(base);
      if (target.offers !== undefined)
        this.#facts = { ...facts, lacks: { ...lacksBeside(target.offers), ...facts.lacks } };
      const gone = await unreachable(target, this.#surroundings.connect.timeoutMs);
      if (gone !== undefined) this.#stop.now(gone);
    } catch (error) {
      this.#stop.now((error as Error).message);
    }
  }

  async run(one: Case): Promise<Result> {
    const reason = notApplicable(one, this.#facts);
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
    if (this.#stop.reason !== undefined) return failure(one, new RunStopped(this.#stop.reason), 0);
    const { base, patience = DEFAULTS.patience, silenceMs = Number.POSITIVE_INFINITY } = this.#options;
    const config: TargetConfig = { ...base, ...one.config };
    this.#running.add(one.id);
    try {
      const target = one.own ? undefined : await this.#options.targets.shared(config);
      const { promise: stopped } = this.#stop;
      const surroundings = { ...this.#surroundings, lacks: this.#facts.lacks };
      const options = { surroundings, config, patience, silenceMs, stopped };
      const result = await attempt(one, target, options);
      return result.outcome === 'failed' && target !== undefined
        ? await this.#examine(one, result, target)
        : result;
    } catch (error) {
      return failure(one, error, 0);
    } finally {
      this.#running.delete(one.id);
    }
  }

  /** A failure on a target that is gone is the last one: whatever followed would only say so again. */
  async #examine(one: Case, result: Result, target: Target): Promise<Result> {
    const beside = [...this.#running].filter((id) => id !== one.id);
    const gone = this.#stop.reason ?? (await unreachable(target, this.#surroundings.connect.timeoutMs));
    if (gone === undefined) return result;
    if (this.#stop.reason !== undefined) return failure(one, new RunStopped(this.#stop.reason), result.ms);
    const hint = `; beside it ran ${beside.join(', ')}: --concurrency 1 tells which of them it was`;
    const reason = [
      `the target went away during case ${one.id}${beside.length === 0 ? '' : hint}`,
      gone,
      ...(target.lastWords?.() ?? []),
    ].join('\n');
    this.#stop.now(reason);
    // Any of them may have done it: none is accused.
    if (beside.length > 0) return failure(one, new RunStopped(reason), result.ms);
    return { ...result, reason, need: 'a target that stays' };
  }
}
