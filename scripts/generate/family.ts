import { isDeepStrictEqual } from 'node:util';
import type { Input, Spec } from './load.js';
import type { Definitions, Schema } from './schema.js';

/** Schemas that are generated together: one file of types, one of validators. */
export interface Family {
  readonly name: string;
  readonly definitions: Definitions;
  /** Definitions that get a validator. */
  readonly validated: readonly string[];
  readonly inputs: readonly Input[];
  /** Validators write the schemas' defaults into the value, and its type has them as present. */
  readonly defaults: boolean;
}

export function families(spec: Spec): readonly Family[] {
  const requests = spec.functions.map(({ request }) => request);
  const responses = spec.functions.map(({ response }) => response);
  const configs = spec.triggers.map(({ config }) => config);
  const payloads = spec.triggers.map(({ payload }) => payload);
  const { api, socket, worker, config } = spec.inputs;
  const family = (
    name: string,
    definitions: Definitions,
    validated: readonly string[],
    inputs: readonly Input[],
  ): Family => ({
    name,
    definitions,
    validated,
    inputs,
    defaults: name === 'config',
  });
  return [
    family('functions', hoist([...requests, ...responses]), [...requests, ...responses].map(titleOf), api),
    family('triggers', hoist([...configs, ...payloads]), [...configs, ...payloads].map(titleOf), api),
    family('socket', spec.socket.definitions, ['ClientMessage', 'ServerMessage', 'SyncItem'], [socket]),
    family('worker', spec.worker.definitions, ['WorkerMessage', 'EngineMessage'], [worker]),
    family('config', hoist([spec.config]), [titleOf(spec.config)], [config]),
  ];
}

/** @throws Error when the schema has no title, which names its type. */
export function titleOf(schema: Schema): string {
  if (schema.title === undefined)
    throw new Error(`a schema has no title: ${JSON.stringify(schema).slice(0, 100)}`);
  return schema.title;
}

/** Puts the schemas, named by title, and their own definitions side by side. */
function hoist(schemas: readonly Schema[]): Definitions {
  const result: Record<string, Schema> = {};
  const add = (name: string, schema: Schema) => {
    const known = result[name];
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(`two different schemas are named ${name}: rename one in spec/errata.json`);
    }
    result[name] = schema;
  };
  for (const { definitions = {}, $schema: _, ...schema } of schemas) {
    for (const [name, definition] of Object.entries(definitions)) add(name, definition);
    add(titleOf(schema), schema);
  }
  return result;
}
