import { FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import { onInvocations } from '../damages.js';
import type { Damages, Line, Message } from '../defect.js';

/** Longest time that a call is overtaken in, in milliseconds. */
const HELD_MS = 3;

/** Calls of one worker are run concurrently: a set that is not awaited may be overtaken by the call after it. */
export function callsOvertake(): Damages {
  return {
    engine: () => {
      const unanswered = new Set<string>();
      let held: { readonly message: Message; readonly timer: NodeJS.Timeout } | undefined;
      const release = (): readonly Message[] => {
        if (held === undefined) return [];
        clearTimeout(held.timer);
        const { message } = held;
        held = undefined;
        return [message];
      };
      const hold = (message: Message, line: Line): void => {
        const timer = setTimeout(() => {
          for (const one of release()) line.up(one);
        }, HELD_MS);
        held = { message, timer };
      };
      return {
        up: (message, line) => {
          if (held !== undefined) return [message, ...release()];
          const isSet =
            message.type === WORKER_MESSAGE.invokeFunction && message.function_id === FUNCTION.set;
          if (!isSet) return undefined;
          const isAwaited = message.invocation_id && unanswered.size === 0;
          if (message.invocation_id) unanswered.add(message.invocation_id);
          if (isAwaited) return undefined;
          hold(message, line);
          return [];
        },
        down: (message) => {
          if (message.type === WORKER_MESSAGE.invocationResult) unanswered.delete(message.invocation_id);
          return undefined;
        },
      };
    },
  };
}

/** A result of null arrives as no result. */
export const nullResultsAreDropped = (): Damages => ({
  engine: () => ({
    down: (message) => {
      const { result, ...rest } = message;
      const isForwarded = !/^(stream|engine)::/.test(message.function_id ?? '');
      const isNull = message.type === WORKER_MESSAGE.invocationResult && result === null;
      return isNull && isForwarded ? [rest] : undefined;
    },
  }),
});

/** The trace context of a call does not reach its function. */
export const traceContextIsDropped = (): Damages =>
  onInvocations(({ traceparent: _traceparent, baggage: _baggage, ...rest }) => [rest]);
