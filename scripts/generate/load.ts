import { type AddedMember, membersOf } from './added-members.js';
import {
  type ApiReference,
  applyErrata,
  type Erratum,
  type ReferenceFunction,
  type ReferenceTrigger,
} from './errata.js';
import { type Input, Inputs } from './inputs.js';
import { keyOf } from './names.js';
import { definitionsOf, type HttpApi, httpApiOf, type OpenApi } from './openapi.js';
import { type Addition, applyOverlay } from './overlay.js';
import type { Definitions, Schema } from './schema.js';

export interface FunctionSpec {
  readonly id: string;
  /** The handler's method: `listGroups`. */
  readonly key: string;
  readonly description: string;
  readonly errorCode: string;
  /** Names of what of it is ours. */
  readonly capabilities: readonly string[];
  readonly request: Schema;
  readonly response: Schema;
}

export interface TriggerSpec {
  readonly id: string;
  readonly key: string;
  readonly description: string;
  readonly config: Schema;
  readonly payload: Schema;
}

/** `x-tags` of an AsyncAPI document: constants that are the `type` tags of unions. */
export type TagSets = Readonly<Record<string, { description: string; unions: readonly string[] }>>;

/** `x-constants` of an AsyncAPI document: constants that no schema holds. */
export type ConstantSets = Readonly<Record<string, ConstantSet>>;

export interface ConstantSet {
  readonly description: string;
  /** Name of the type of its values, if it gets one. */
  readonly type?: string;
  /** An enum schema that lists the same values; checked. */
  readonly enumeration?: string;
  readonly values: Readonly<Record<string, { value: string | number; description: string }>>;
}

/** What the generator needs of an AsyncAPI document. */
export interface Protocol {
  readonly definitions: Definitions;
  readonly tags: TagSets;
  readonly constants: ConstantSets;
}

/** `spec/layout.json`. */
export type Layout = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

type Described<More = unknown> = Readonly<Record<string, { readonly description: string } & More>>;

/** `spec/errors.json`. */
export interface ErrorTables {
  readonly reasons: Described<{ readonly status: number }>;
  readonly refusals: Described<{ readonly status: number }>;
  readonly http: Described<{ readonly status: number }>;
  readonly admin: Described<{ readonly status: number | readonly number[] }>;
  readonly local: Described;
}

/** `spec/update-ops.json`. */
export interface UpdateOpRules {
  readonly bounds: Described<{ readonly value: number }>;
  readonly reserved: readonly string[];
  readonly errors: Described;
}

export interface Spec {
  readonly functions: readonly FunctionSpec[];
  readonly triggers: readonly TriggerSpec[];
  readonly socket: Protocol;
  readonly worker: Protocol;
  readonly http: HttpApi;
  readonly config: Schema;
  /** The order of fields on the wire, by family and definition. */
  readonly layout: Layout;
  /** Descriptions by name. */
  readonly capabilities: Readonly<Record<string, string>>;
  readonly added: readonly AddedMember[];
  readonly errors: ErrorTables;
  readonly ops: UpdateOpRules;
  readonly inputs: {
    readonly api: readonly Input[];
    readonly capabilities: Input;
    readonly errors: Input;
    readonly ops: Input;
    readonly socket: Input;
    readonly worker: Input;
    readonly http: Input;
    readonly config: Input;
  };
}

/** Reads `spec/`, applies the errata, then the overlay. */
export async function loadSpec(directory: string): Promise<Spec> {
  const inputs = new Inputs(directory);
  const [reference, errata, overlay, capabilities, layout, errors, ops, socket, worker, http, config] =
    await Promise.all([
      inputs.read<ApiReference>('api-reference.json'),
      inputs.read<Erratum[]>('errata.json', 'errata'),
      inputs.read<Addition[]>('overlay.json', 'overlay'),
      inputs.read<Readonly<Record<string, string>>>('capabilities.json', 'capabilities'),
      inputs.read<Layout>('layout.json', 'layout'),
      inputs.read<ErrorTables>('errors.json', 'errors'),
      inputs.read<UpdateOpRules>('update-ops.json', 'update-ops'),
      inputs.read<AsyncApi>('asyncapi/stream-socket.yaml', 'extensions'),
      inputs.read<AsyncApi>('asyncapi/worker-protocol.yaml', 'extensions'),
      inputs.read<OpenApi>('openapi.yaml'),
      inputs.read<Schema>('config.schema.json'),
    ]);
  const api = applyOverlay(applyErrata(reference.value, errata.value), overlay.value);
  return {
    functions: api.functions.map(functionSpec),
    triggers: api.triggers.map(triggerSpec),
    socket: protocolOf(socket.value),
    worker: protocolOf(worker.value),
    http: httpApiOf(http.value),
    config: config.value,
    layout: layout.value,
    capabilities: capabilities.value,
    added: membersOf(capabilities.value, overlay.value, socket.value.components.schemas),
    errors: errors.value,
    ops: ops.value,
    inputs: {
      api: [reference.input, errata.input, overlay.input],
      capabilities: capabilities.input,
      errors: errors.input,
      ops: ops.input,
      socket: socket.input,
      worker: worker.input,
      http: http.input,
      config: config.input,
    },
  };
}

function functionSpec(entry: ReferenceFunction): FunctionSpec {
  const { name, description, metadata, request_schema, response_schema } = entry;
  return {
    id: name,
    key: keyOf(name),
    description: description ?? name,
    errorCode: metadata?.error_code ?? `${name.replace(/[^0-9A-Za-z]+/g, '_').toUpperCase()}_ERROR`,
    capabilities: metadata?.capabilities ?? [],
    request: schemaOf(request_schema),
    response: schemaOf(response_schema),
  };
}

const triggerSpec = (entry: ReferenceTrigger): TriggerSpec => ({
  id: entry.name,
  key: keyOf(entry.name),
  description: entry.description ?? entry.name,
  config: schemaOf(entry.invocation_schema),
  payload: schemaOf(entry.return_schema),
});

/** No schema is one that lets any value through. */
const schemaOf = (schema: Schema | boolean | null | undefined): Schema =>
  typeof schema === 'object' && schema !== null ? schema : {};

/** What we read of an AsyncAPI document. */
interface AsyncApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly 'x-tags': TagSets;
  readonly 'x-constants': ConstantSets;
}

const protocolOf = (document: AsyncApi): Protocol => ({
  definitions: definitionsOf(document.components.schemas),
  tags: document['x-tags'],
  constants: document['x-constants'],
});
