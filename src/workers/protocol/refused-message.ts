import {
  INVOCATION_ERROR,
  OBSERVER_ERROR,
  OBSERVER_STATE,
  WORKER_MESSAGE,
} from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import {
  encodeObserveResultMessage,
  encodeTriggerRegistrationResultMessage,
} from '../../../generated/messages/worker.js';
import type { InvocationFailure } from '../../service/service-port.js';
import { stringFields } from '../../wire/string-fields.js';
import { errorBody, resultFrame } from './encode.js';

/** A message that is not taken, and who is to be told. */
export interface MessageRefusal {
  readonly failure: InvocationFailure;
  /** What the message is about, as far as it can be read; for the log. */
  readonly about: object;
  /** What the peer gets back. */
  readonly reply?: JsonText;
  /** The call of ours that it was the result of. */
  readonly settles?: string;
}

const FIELDS = ['type', 'id', 'invocation_id', 'function_id', 'trigger_type'] as const;

/** Characters of a name that a log needs. */
const LOGGED = 128;

/** Who waits for what this message is about. @param text need not be JSON: its ids may be readable all the same */
export function refusalOf(text: string, failure: InvocationFailure): MessageRefusal {
  const { type, id, invocation_id, function_id = '', trigger_type } = stringFields(text, FIELDS);
  const about = { type: shown(type), function: shown(function_id || id), trigger: shown(trigger_type) };
  switch (type) {
    case WORKER_MESSAGE.invokeFunction:
      if (invocation_id === undefined) break;
      return { failure, about, reply: resultFrame(invocation_id, function_id, failure, undefined) };
    case WORKER_MESSAGE.invocationResult:
      if (invocation_id === undefined) break;
      return { failure, about, settles: invocation_id };
    case WORKER_MESSAGE.registerTrigger: {
      if (id === undefined || trigger_type === undefined) break;
      const error = errorBody(failure);
      return {
        failure,
        about,
        reply: encodeTriggerRegistrationResultMessage({ id, trigger_type, function_id, error }),
      };
    }
    case WORKER_MESSAGE.observe: {
      if (id === undefined) break;
      const error = errorBody({ ...failure, code: OBSERVER_ERROR.invalidArgs });
      return {
        failure,
        about,
        reply: encodeObserveResultMessage({ id, state: OBSERVER_STATE.error, error }),
      };
    }
  }
  return { failure, about };
}

export const tooLong = (bytes: number, most: number): InvocationFailure => ({
  code: INVOCATION_ERROR.limit,
  message: `limit: the message is ${bytes} bytes long, ${most} is the most (limits.max_call_bytes)`,
});

/** Python writes NaN and Infinity into what it calls JSON, and nobody else can read them. Quotes no data: the log gets it. */
export function notJson(text: string): InvocationFailure {
  const found = NO_NUMBER.exec(text.replace(STRING, (string) => ' '.repeat(string.length)));
  const what = found === null ? '' : `: ${found[0]} at character ${found.index} is no JSON number`;
  return { code: INVOCATION_ERROR.invalidMessage, message: `The message is not JSON${what}` };
}

const STRING = /"(?:[^"\\]|\\.)*"/g;
const NO_NUMBER = /NaN|-?Infinity/;

const shown = (name: string | undefined): string | undefined => name?.slice(0, LOGGED) || undefined;
