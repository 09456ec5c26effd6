import { CALLS, type Call, type FunctionKey, type Requests, type Results } from '../../generated/calls.js';
import type { ErrorReason } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import { type Eventual, whenReady } from '../domain/deferred.js';
import { StreamError } from '../domain/errors.js';
import { NO_PAYLOAD, type Payload } from '../domain/payload.js';
import { explain } from '../wire/validation.js';
import type { InvocationCallback } from './service-port.js';

/** One handler. What it throws, or rejects with, is the caller's error. @param text of the whole input, for what parsing does not tell */
type Handler<Request, Result, Context> = (
  input: Request,
  context: Context,
  text: JsonText,
) => Eventual<Result>;

/** One handler per function of the spec. */
export type StreamHandlers<Context> = {
  readonly [Key in FunctionKey]: Handler<Requests[Key], Results[Key], Context>;
};

/**
 * Calls the handler of `functionId`; false, and `done` is not called, when there is none of that id. A result that the
 * handler returns synchronously is handed on in the same turn.
 */
export type Dispatch<Context> = (
  functionId: string,
  payload: Payload | undefined,
  context: Context,
  done: InvocationCallback,
) => boolean;

type AnyHandler<Context> = Handler<unknown, JsonText | undefined, Context>;

/**
 * Checks input, calls handlers, and turns what they throw into wire errors.
 *
 * @param describe what a caller may read about an error
 */
export function createDispatch<Context>(
  handlers: StreamHandlers<Context>,
  describe: (error: unknown) => { readonly reason: ErrorReason; readonly message: string },
): Dispatch<Context> {
  const routes = new Map<string, { call: Call<unknown>; handler: AnyHandler<Context> }>();
  for (const [key, call] of Object.entries(CALLS)) {
    routes.set(call.id, { call, handler: handlers[key as FunctionKey] as AnyHandler<Context> });
  }
  return (functionId, payload = NO_PAYLOAD, context, done) => {
    const route = routes.get(functionId);
    if (route === undefined) return false;
    const { call, handler } = route;
    const failed = (error: unknown): void => done({ code: call.code, ...describe(error) }, undefined);
    let result: Eventual<JsonText | undefined>;
    try {
      result = handler(decode(call, payload), context, payload.text);
    } catch (error) {
      failed(error);
      return true;
    }
    // Outside of the try: what `done` throws is its owner's error, and no second reply.
    if (typeof result === 'object') whenReady(result, (value) => done(undefined, value), failed);
    else done(undefined, result);
    return true;
  };
}

/** @throws StreamError `invalid_input`, naming the field */
function decode<Request>(call: Call<Request>, payload: Payload): Request {
  const { parsed } = payload;
  const input = parsed === null && call.allOptional ? {} : parsed;
  if (!call.validate(input)) throw new StreamError('invalid_input', explain(call.validate, 'payload'));
  return call.decode(input, payload.text);
}
