import { INVOCATION_ERROR } from '../../generated/constants.js';
import { jsonOf, NULL, sliceField } from '../domain/json-text.js';
import { traceOf } from '../net/trace.js';
import type { ServiceConfig } from './function-context.js';
import type { AuthRequest, AuthResult, FunctionCaller } from './service-port.js';

/** Codes that say that the function was not reached, rather than that it refused. */
const UNREACHABLE = new Set<string>([
  INVOCATION_ERROR.functionNotFound,
  INVOCATION_ERROR.invocationStopped,
  INVOCATION_ERROR.invocationTimeout,
  INVOCATION_ERROR.overloaded,
  INVOCATION_ERROR.engineUnavailable,
]);

/**
 * Asks the configured auth function about a connecting client. It lets in with an object: `{context}` or `{}`.
 * Everything else refuses (fail closed, D15).
 */
export function authenticate(
  functions: FunctionCaller,
  config: ServiceConfig,
  request: AuthRequest,
): Promise<AuthResult> {
  const { auth_function: authFunction, limits } = config;
  if (authFunction === undefined) return Promise.resolve({ allowed: true, context: undefined });
  const { headers, path, queryParams, addr } = request;
  const payload = jsonOf({ headers, path, query_params: queryParams, addr });
  return new Promise((resolve) => {
    const options = { timeoutMs: limits.auth_timeout_ms, trace: traceOf(headers) };
    functions.invoke(authFunction, payload, options, (failure, result) => {
      if (failure !== undefined) {
        const status = UNREACHABLE.has(failure.code) ? 503 : 401;
        resolve({ allowed: false, status, reason: `${authFunction}: ${failure.code}: ${failure.message}` });
      } else if (result === undefined || result.trimStart().charCodeAt(0) !== 0x7b) {
        resolve({ allowed: false, status: 401, reason: `${authFunction} returned no context` });
      } else {
        const context = sliceField(result, 'context');
        resolve({ allowed: true, context: context === NULL ? undefined : context });
      }
    });
  });
}
