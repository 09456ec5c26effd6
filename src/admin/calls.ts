import { FUNCTION, INVOCATION_ERROR } from '../../generated/constants.js';
import type { TraceContext } from '../domain/change.js';
import type { ErrorReason } from '../domain/errors.js';
import type { Payload } from '../domain/payload.js';
import { Refusal } from '../net/refusal.js';
import type { InvocationFailure, StreamService } from '../service/service-port.js';
import { jsonTextReply, type Reply } from './reply.js';

/** HTTP status by the reason of a failure. */
const STATUS: Readonly<Record<ErrorReason, number>> = {
  invalid_input: 400,
  limit: 400,
  not_exact: 400,
  read_only: 503,
  unavailable: 503,
  overloaded: 503,
  custom_stream: 502,
  internal: 500,
};

const OWN: ReadonlySet<string> = new Set(Object.values(FUNCTION));

/** Calls one of our functions: `{"result": …}` (absent when it returned nothing), or its error. */
export function callFunction(
  service: StreamService,
  functionId: string,
  payload: Payload,
  trace: TraceContext | undefined,
): Promise<Reply> {
  if (!OWN.has(functionId)) {
    throw new Refusal(404, INVOCATION_ERROR.functionNotFound, `Function ${functionId} not found`);
  }
  return new Promise((resolve) => {
    service.call(functionId, payload, trace, (failure, result) => {
      resolve(
        failure === undefined
          ? jsonTextReply(result === undefined ? '{}' : `{"result":${result}}`)
          : failed(failure),
      );
    });
  });
}

function failed({ code, message, reason = 'internal' }: InvocationFailure): Reply {
  return jsonTextReply(JSON.stringify({ error: code, message }), STATUS[reason as ErrorReason]);
}
