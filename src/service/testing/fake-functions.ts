import type { JsonText } from '../../../generated/json-text.js';
import type { TraceContext } from '../../domain/change.js';
import { asJson } from '../../domain/json-text.js';
import type {
  FunctionCaller,
  InvocationCallback,
  InvocationFailure,
  InvokeOptions,
} from '../service-port.js';

/** A function under test: a result text, nothing, or a failure; `undefined` result = returned nothing. */
export type Fake = (
  payload: unknown,
  options: InvokeOptions,
) =>
  | { failure?: InvocationFailure; result?: unknown }
  | Promise<{ failure?: InvocationFailure; result?: unknown }>;

/** Functions in this process, called in the order they were asked. */
export class FakeFunctions implements FunctionCaller {
  readonly known = new Map<string, Fake>();
  observing = false;
  readonly calls: { id: string; payload: unknown }[] = [];

  readonly hasCustomStreams = true;

  has(functionId: string): boolean {
    return this.known.has(functionId);
  }

  invoke(functionId: string, payload: JsonText, options: InvokeOptions, done: InvocationCallback): void {
    const parsed: unknown = JSON.parse(payload);
    this.calls.push({ id: functionId, payload: parsed });
    const fake = this.known.get(functionId);
    if (fake === undefined) {
      done({ code: 'function_not_found', message: `Function ${functionId} not found` }, undefined);
      return;
    }
    void Promise.resolve(fake(parsed, options)).then(({ failure, result }) =>
      done(failure, result === undefined ? undefined : asJson(JSON.stringify(result))),
    );
  }

  notify(
    functionId: string,
    payload: JsonText,
    trace: TraceContext | undefined,
    metadata?: JsonText,
  ): boolean {
    this.calls.push({ id: functionId, payload: JSON.parse(payload) as unknown });
    const fake = this.known.get(functionId);
    if (fake !== undefined) void fake(JSON.parse(payload), { trace, metadata });
    return fake !== undefined;
  }

  isObserved(): boolean {
    return this.observing;
  }

  observed(source: string, event: JsonText): void {
    this.calls.push({ id: source, payload: JSON.parse(event) as unknown });
  }

  callsOf(id: string): unknown[] {
    return this.calls.filter((call) => call.id === id).map((call) => call.payload);
  }
}

/** Functions of which it must be asked first which there are. */
export class SettlingFunctions extends FakeFunctions {
  settling: Promise<void> | undefined;

  settle(): Promise<void> | undefined {
    return this.settling;
  }
}
