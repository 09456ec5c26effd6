import { header } from './header.js';
import type { Spec } from './load.js';
import type { Definitions, Schema } from './schema.js';

/** `generated/descriptors.ts`: what is registered on an engine, schemas included. */
export function renderDescriptors(spec: Spec): string {
  const all: Definitions = Object.assign(
    {},
    ...spec.functions.flatMap(({ request, response }) => [request.definitions, response.definitions]),
  );
  const functions = spec.functions.map(({ id, description, request, response, capabilities }) => ({
    id,
    description,
    request_format: selfContained(request, all),
    response_format: selfContained(response, all),
    ...(capabilities.length === 0 ? {} : { metadata: { capabilities } }),
  }));
  const triggers = spec.triggers.map(({ id, description, config, payload }) => ({
    id,
    description,
    trigger_request_format: config,
    call_request_format: payload,
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

/** With the definitions of other functions that it refers to: an engine sees one schema at a time. */
function selfContained(schema: Schema, all: Definitions): Schema {
  const named = [...JSON.stringify(schema).matchAll(/"#\/definitions\/(\w+)"/g)].map(([, name = '']) => name);
  const missing = named.filter((name) => schema.definitions?.[name] === undefined);
  if (missing.length === 0) return schema;
  const borrowed = Object.fromEntries(missing.map((name) => [name, all[name] ?? {}]));
  return selfContained({ ...schema, definitions: { ...schema.definitions, ...borrowed } }, all);
}
