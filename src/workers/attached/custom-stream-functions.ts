import { ENGINE_FUNCTION, FUNCTION } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { asJson } from '../../domain/json-text.js';
import type { Logger } from '../../observability/logger.js';
import type { InvocationCallback } from '../../service/service-port.js';

const PREFIXES: readonly string[] = Object.values(FUNCTION).map((id) => `${id}(`);

/** True for the id of a function that implements a stream: `stream::set(<name>)`. */
export const isCustomStream = (id: string): boolean =>
  id.endsWith(')') && PREFIXES.some((prefix) => id.startsWith(prefix));

/** Calls a function of the engine. */
export type CallEngine = (functionId: string, payload: JsonText, done: InvocationCallback) => void;

/**
 * Which custom streams other workers offer, as the engine last listed it. Kept while the engine is away: to forget a
 * custom stream would mean to keep its items ourselves meanwhile.
 */
export class CustomStreamFunctions {
  readonly #call: CallEngine;
  readonly #logger: Logger;
  #ids: ReadonlySet<string> = new Set();
  #asking: Promise<void> | undefined;
  #isStale = false;

  constructor(call: CallEngine, logger: Logger) {
    this.#call = call;
    this.#logger = logger;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Asks the engine now. One question at a time: whoever comes meanwhile makes it ask once more. */
  refresh(): Promise<void> {
    this.#isStale = true;
    this.#asking ??= this.#refresh().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #refresh(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      await this.#ask();
    }
  }

  #ask(): Promise<void> {
    return new Promise((resolve) => {
      this.#call(ENGINE_FUNCTION.listFunctions, asJson('{}'), (failure, result) => {
        const ids = failure === undefined ? idsOf(result) : undefined;
        if (ids !== undefined) this.#ids = new Set(ids.filter(isCustomStream));
        else {
          const facts = failure ?? { result: 'no list' };
          this.#logger.warn(
            { ...facts },
            'could not ask which custom streams there are; keeping the last list',
          );
        }
        resolve();
      });
    });
  }
}

function idsOf(result: JsonText | undefined): readonly string[] | undefined {
  const functions = listOf(result, 'functions');
  return functions?.map(({ function_id }) => function_id).filter((id) => typeof id === 'string');
}

/** The objects of a list in the engine's result; undefined when it holds none. */
export function listOf(
  result: JsonText | undefined,
  field: string,
): readonly Readonly<Record<string, unknown>>[] | undefined {
  const fields = JSON.parse(result ?? 'null') as Readonly<Record<string, unknown>> | null;
  const list = fields?.[field];
  if (!Array.isArray(list)) return undefined;
  return list.filter((entry) => typeof entry === 'object' && entry !== null);
}
