import { INVOCATION_ACTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type { EngineMessage, WorkerMessage } from '../../../generated/worker.js';
import type { TraceContext } from '../../domain/change.js';
import { quote } from '../../domain/json-text.js';
import type { InvocationFailure } from '../../service/service-port.js';

const INVOKE = `{"type":${quote(WORKER_MESSAGE.invokeFunction)},"function_id":`;
const RESULT = `{"type":${quote(WORKER_MESSAGE.invocationResult)},"invocation_id":`;
const VOID = `,"action":{"type":${quote(INVOCATION_ACTION.void)}}`;

/** A frame that carries no value of a user, so that nothing in it can be changed by stringifying. */
export const frameOf = (message: EngineMessage | WorkerMessage): string => JSON.stringify(message);

/**
 * A call. The payload goes in as it is.
 *
 * @param invocationId undefined = nobody waits for a result
 */
export function invocationFrame(
  invocationId: string | undefined,
  functionId: string,
  payload: JsonText | undefined,
  trace: TraceContext | undefined,
): string {
  let frame = INVOKE + quote(functionId);
  frame += invocationId === undefined ? VOID : `,"invocation_id":${quote(invocationId)}`;
  if (payload !== undefined) frame += `,"data":${payload}`;
  if (trace?.traceparent !== undefined) frame += `,"traceparent":${quote(trace.traceparent)}`;
  if (trace?.baggage !== undefined) frame += `,"baggage":${quote(trace.baggage)}`;
  return `${frame}}`;
}

/** The result of a call. A result goes in as it is, and stays away when the function returned nothing. */
export function resultFrame(
  invocationId: string,
  functionId: string,
  failure: InvocationFailure | undefined,
  result: JsonText | undefined,
): string {
  const frame = `${RESULT + quote(invocationId)},"function_id":${quote(functionId)}`;
  if (failure !== undefined) {
    const { code, message, stacktrace } = failure;
    return `${frame},"error":${JSON.stringify({ code, message, stacktrace })}}`;
  }
  return result === undefined ? `${frame}}` : `${frame},"result":${result}}`;
}
