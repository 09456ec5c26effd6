import { FUNCTION, INVOCATION_ERROR, REASON_STATUS } from '../../generated/constants.js';
import type { TraceContext } from '../domain/change.js';
import type { Payload } from '../domain/payload.js';
import { Refusal } from '../net/refusal.js';
import type { InvocationFailure, StreamService } from '../service/service-port.js';
import { jsonTextReply, type Reply } from './reply.js';

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
  return jsonTextReply(JSON.stringify({ error: code, message }), REASON_STATUS[reason]);
}
