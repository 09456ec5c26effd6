import type { JsonText } from '../../../generated/json-text.js';
import type { TraceContext } from '../../domain/change.js';

/** Changes of one group that may wait for one trigger's condition; beyond that the oldest undecided one is skipped. */
const MAX_WAITING = 10_000;

interface Waiting {
  readonly payload: JsonText;
  readonly trace: TraceContext | undefined;
  verdict: 'open' | 'run' | 'skip';
}

/** Asks a condition; calls back with true when the handler may run. */
export type AskCondition = (
  payload: JsonText,
  trace: TraceContext | undefined,
  decided: (run: boolean) => void,
) => void;

/**
 * One trigger's queue for one group: conditions are asked at once and side by side, handlers run in commit order,
 * each as soon as everything before it is decided.
 */
export class OrderedConditions {
  readonly #ask: AskCondition;
  readonly #run: (payload: JsonText, trace: TraceContext | undefined) => void;
  readonly #overflow: () => void;
  #waiting: Waiting[] = [];

  constructor(
    ask: AskCondition,
    run: (payload: JsonText, trace: TraceContext | undefined) => void,
    overflow: () => void,
  ) {
    this.#ask = ask;
    this.#run = run;
    this.#overflow = overflow;
  }

  /** True when nothing waits. */
  get idle(): boolean {
    return this.#waiting.length === 0;
  }

  push(payload: JsonText, trace: TraceContext | undefined, settled: () => void): void {
    if (this.#waiting.length >= MAX_WAITING) {
      const oldest = this.#waiting[0];
      if (oldest !== undefined) oldest.verdict = 'skip';
      this.#overflow();
      this.#release();
    }
    const waiting: Waiting = { payload, trace, verdict: 'open' };
    this.#waiting.push(waiting);
    this.#ask(payload, trace, (run) => {
      if (waiting.verdict !== 'open') return;
      waiting.verdict = run ? 'run' : 'skip';
      this.#release();
      settled();
    });
  }

  #release(): void {
    let decided = 0;
    for (const { verdict, payload, trace } of this.#waiting) {
      if (verdict === 'open') break;
      decided++;
      if (verdict === 'run') this.#run(payload, trace);
    }
    if (decided > 0) this.#waiting.splice(0, decided);
  }
}
