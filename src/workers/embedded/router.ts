import { CALLER_FIELD, INVOCATION_ACTION, INVOCATION_ERROR } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { injectField, jsonOf } from '../../domain/json-text.js';
import type { Payload } from '../../domain/payload.js';
import type {
  InvocationCallback,
  InvocationFailure,
  InvokeOptions,
  StreamService,
} from '../../service/service-port.js';
import type { IncomingCall, PeerCallOptions } from '../protocol/peer-options.js';
import type { EndpointState } from './endpoint-state.js';
import { engineFunction } from './engine-functions.js';
import type { Worker } from './worker.js';

const OPEN_BRACE = '{';

/** Takes each call to who runs it: a worker, our service, or the engine's own functions. */
export class Router {
  readonly #state: EndpointState;
  service: StreamService | undefined;
  /** True while we close: calls of workers are refused, those that run end. */
  closing = false;

  constructor(state: EndpointState) {
    this.#state = state;
  }

  /** A worker calls. */
  route(
    caller: Worker,
    { message, payload, trace, metadata, wantsResult }: IncomingCall,
    reply: InvocationCallback,
  ): void {
    const { function_id: functionId, action } = message;
    if (this.closing) {
      reply({ code: INVOCATION_ERROR.invocationStopped, message: 'The engine is shutting down' }, undefined);
      return;
    }
    switch (action?.type) {
      case INVOCATION_ACTION.enqueue: {
        const message = `No queue worker is connected to enqueue ${functionId} into ${action.queue}`;
        reply({ code: INVOCATION_ERROR.enqueueError, message }, undefined);
        break;
      }
      case undefined:
      case INVOCATION_ACTION.void: {
        const callee = wantsResult ? undefined : this.#state.functions.workerOf(functionId);
        if (callee === undefined) this.call(functionId, payload, { trace, metadata }, reply, caller);
        else {
          callee.peer.notify(functionId, withCaller(payload?.text, caller), trace, metadata);
          reply(undefined, undefined);
        }
        break;
      }
      default:
        action satisfies never;
    }
  }

  /**
   * @param caller undefined = the service itself
   */
  call(
    functionId: string,
    payload: Payload | undefined,
    options: PeerCallOptions,
    done: InvocationCallback,
    caller: Worker | undefined,
  ): void {
    const { functions } = this.#state;
    const worker = functions.workerOf(functionId);
    if (worker !== undefined) {
      worker.peer.call(functionId, withCaller(payload?.text, caller), options, done);
    } else if (this.service !== undefined && functions.isOwn(functionId)) {
      this.#callService(this.service, functionId, payload, options, done, caller);
    } else {
      const own = engineFunction(functionId);
      if (own !== undefined) {
        const answer = own(this.#state, payload?.text, caller);
        if (typeof answer === 'string') done(undefined, answer);
        else done(answer, undefined);
      } else if (functions.isHttp(functionId)) done(callsNoUrls(functionId), undefined);
      else
        done(
          { code: INVOCATION_ERROR.functionNotFound, message: `Function ${functionId} not found` },
          undefined,
        );
    }
  }

  /** Calls from the service to itself (a trigger on one of its functions) take a turn each, so that none recurses. */
  #callService(
    service: StreamService,
    functionId: string,
    payload: Payload | undefined,
    { trace }: InvokeOptions,
    done: InvocationCallback,
    caller: Worker | undefined,
  ): void {
    if (caller !== undefined) service.call(functionId, payload, trace, done);
    else setImmediate(() => service.call(functionId, payload, trace, done));
  }
}

const callsNoUrls = (functionId: string): InvocationFailure => ({
  code: INVOCATION_ERROR.unsupported,
  message: `Function ${functionId} is invoked over HTTP, and this server calls no URLs: let a worker run it, or attach to an engine`,
});

/** Tells the callee who calls, when the payload is an object. */
function withCaller(payload: JsonText | undefined, caller: Worker | undefined): JsonText | undefined {
  if (caller === undefined || payload?.[0] !== OPEN_BRACE) return payload;
  return injectField(payload, CALLER_FIELD.workerId, jsonOf(caller.id));
}
