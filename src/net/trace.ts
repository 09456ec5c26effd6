import type { TraceContext } from '../domain/change.js';

/**
 * The W3C trace context among the headers of a request or the fields of a frame; undefined when it has none. Anything
 * that is no string counts as absent.
 */
export function traceOf(fields: object): TraceContext | undefined {
  const { traceparent, baggage, observe_depth } = fields as Readonly<Record<string, unknown>>;
  const isDeep = typeof observe_depth === 'number' && observe_depth > 0;
  if (typeof traceparent !== 'string' && typeof baggage !== 'string' && !isDeep) return undefined;
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof baggage === 'string' ? { baggage } : {}),
    ...(isDeep ? { observeDepth: observe_depth } : {}),
  };
}
