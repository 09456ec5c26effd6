import { header } from './header.js';
import type { Spec } from './load.js';

/** `generated/descriptors.ts`: what is registered on an engine, schemas included. */
export function renderDescriptors(spec: Spec): string {
  const functions = spec.functions.map(({ id, description, published, capabilities }) => ({
    id,
    description,
    request_format: published.request ?? {},
    response_format: published.response ?? {},
    ...(capabilities.length === 0 ? {} : { metadata: { capabilities } }),
  }));
  const triggers = spec.triggers.map(({ id, description, published }) => ({
    id,
    description,
    trigger_request_format: published.config ?? {},
    call_request_format: published.payload ?? {},
  }));
  return `${header(spec.inputs.api)}/** A function as it is registered on an engine. */
export interface FunctionDescriptor {
  readonly id: string;
  readonly description: string;
  /** JSON Schema of the input. */
  readonly request_format: unknown;
  /** JSON Schema of the result. */
  readonly response_format: unknown;
  /** Tells what of the function is ours. */
  readonly metadata?: { readonly capabilities: readonly string[] };
}

/** A trigger type as it is registered on an engine. */
export interface TriggerTypeDescriptor {
  readonly id: string;
  readonly description: string;
  /** JSON Schema of a trigger's config. */
  readonly trigger_request_format: unknown;
  /** JSON Schema of what a trigger's function gets. */
  readonly call_request_format: unknown;
}

export const FUNCTION_DESCRIPTORS: readonly FunctionDescriptor[] = ${JSON.stringify(functions, undefined, 2)};

export const TRIGGER_TYPE_DESCRIPTORS: readonly TriggerTypeDescriptor[] = ${JSON.stringify(triggers, undefined, 2)};
`;
}
