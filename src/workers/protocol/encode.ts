import { INVOCATION_ACTION } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import {
  type ErrorBodyParts,
  encodeInvocationResultMessage,
  encodeInvokeFunctionMessage,
} from '../../../generated/messages/worker.js';
import type { Activation } from '../../../generated/worker.js';
import type { TraceContext } from '../../domain/change.js';
import { jsonOf } from '../../domain/json-text.js';
import type { InvocationFailure } from '../../service/service-port.js';

const VOID = { type: INVOCATION_ACTION.void };

/**
 * A call. The payload goes in as it is.
 *
 * @param invocationId undefined = nobody waits for a result
 * @param activation the observer whose target is called
 */
export const invocationFrame = (
  invocationId: string | undefined,
  functionId: string,
  payload: JsonText | undefined,
  trace: TraceContext | undefined,
  metadata?: JsonText,
  activation?: Activation,
): JsonText =>
  encodeInvokeFunctionMessage({
    function_id: functionId,
    invocation_id: invocationId,
    action: invocationId === undefined ? VOID : undefined,
    data: payload,
    metadata,
    traceparent: trace?.traceparent,
    baggage: trace?.baggage,
    observe_depth: trace?.observeDepth === undefined ? undefined : jsonOf(trace.observeDepth),
    activation,
  });

/** The result of a call. It goes in as it is, and stays away when the function returned nothing. */
export const resultFrame = (
  invocationId: string,
  functionId: string,
  failure: InvocationFailure | undefined,
  result: JsonText | undefined,
): JsonText =>
  encodeInvocationResultMessage({
    invocation_id: invocationId,
    function_id: functionId,
    result: failure === undefined ? result : undefined,
    error: failure && errorBody(failure),
    traceparent: undefined,
    baggage: undefined,
  });

/** A failure as the wire spells it. */
export const errorBody = ({ code, message, stacktrace }: InvocationFailure): ErrorBodyParts => ({
  code,
  message,
  stacktrace,
});
