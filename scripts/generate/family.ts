import { hoist, type Named } from './hoist.js';
import type { Input } from './inputs.js';
import type { FunctionSpec, Spec, TriggerSpec } from './load.js';
import { pascal } from './names.js';
import type { Definitions, Schema } from './schema.js';

/** Schemas that are generated together: one file of types, one of validators, one of messages. */
export interface Family {
  readonly name: string;
  readonly definitions: Definitions;
  /** Definitions that get a validator. */
  readonly validated: readonly string[];
  readonly inputs: readonly Input[];
  /** Validators write the schemas' defaults into the value, and its type has them as present. */
  readonly defaults: boolean;
  /** The order of fields on the wire, by definition, where it is not the schema's. */
  readonly layout: Readonly<Record<string, readonly string[]>>;
  /** Inputs of functions, with the names of the types that handlers get. */
  readonly requests: ReadonlyMap<string, string>;
  /** Results of functions. */
  readonly results: ReadonlyMap<string, Schema>;
}

// Types are named by function and trigger: titles are upstream's, and change with its code.
export const inputName = ({ key }: FunctionSpec): string => `${pascal(key)}Input`;
export const requestName = ({ key }: FunctionSpec): string => `${pascal(key)}Request`;
export const resultName = ({ key }: FunctionSpec): string => `${pascal(key)}Result`;
const configName = ({ key }: TriggerSpec): string => `${pascal(key)}TriggerConfig`;
const payloadName = ({ key }: TriggerSpec): string => `${pascal(key)}TriggerPayload`;

/** What functions return instead of their result where the caller asks for it. */
const RESULTS_BY_OPTION = ['ListPage'];

const NO_REQUESTS: ReadonlyMap<string, string> = new Map();
const NO_RESULTS: ReadonlyMap<string, Schema> = new Map();

export function families(spec: Spec): readonly Family[] {
  const { api, socket, worker, http, config } = spec.inputs;
  const requests = spec.functions.map((each): Named => [inputName(each), each.request]);
  const results = spec.functions.map((each): Named => [resultName(each), each.response]);
  const configs = spec.triggers.map((each): Named => [configName(each), each.config]);
  const payloads = spec.triggers.map((each): Named => [payloadName(each), each.payload]);
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
    layout: spec.layout[name] ?? {},
    requests: NO_REQUESTS,
    results: NO_RESULTS,
  });
  const named = (name: string, schemas: readonly Named[]): Family =>
    family(
      name,
      hoist(schemas),
      schemas.map(([each]) => each),
      api,
    );
  const functions = named('functions', [...requests, ...results]);
  return [
    {
      ...functions,
      validated: [...requests, ...results].map(([each]) => each).concat(RESULTS_BY_OPTION),
      requests: new Map(spec.functions.map((each) => [inputName(each), requestName(each)])),
      results: new Map(results.map(([each]) => [each, functions.definitions[each] ?? {}])),
    },
    named('triggers', [...configs, ...payloads]),
    family(
      'socket',
      spec.socket.definitions,
      ['ClientMessage', 'JoinAllMessage', 'ServerMessage', 'OpsMessage', 'SyncItem'],
      [socket],
    ),
    family(
      'http',
      spec.http.definitions,
      [
        'SnapshotReply',
        'ChangesReply',
        'StateReply',
        'CallReply',
        'HealthReply',
        'ReadinessReply',
        'RefusalReply',
      ],
      [http],
    ),
    family('worker', spec.worker.definitions, ['WorkerMessage', 'EngineMessage'], [worker]),
    { ...named('config', [['Config', spec.config]]), inputs: [config] },
  ];
}
