import { type AddedMember, membersOf } from './added-members.js';
import { allDefinitions, selfContained } from './borrow.js';
import type { AsyncApiDocument } from './client-view.js';
import {
  type ApiReference,
  applyErrata,
  type Erratum,
  type ReferenceFunction,
  type ReferenceTrigger,
} from './errata.js';
import { type Input, Inputs } from './inputs.js';
import { keyOf } from './names.js';
import { checked, normalise } from './normalise.js';
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
  /** The schemas as they are published, in whatever draft. */
  readonly published: { readonly request: unknown; readonly response: unknown };
  readonly request: Schema;
  readonly response: Schema;
}

export interface TriggerSpec {
  readonly id: string;
  readonly key: string;
  readonly description: string;
  /** The schemas as they are published, in whatever draft. */
  readonly published: { readonly config: unknown; readonly payload: unknown };
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
  readonly socketDocument: AsyncApiDocument;
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
  const definitions = allDefinitions(api);
  checkNames('functions', api.functions);
  checkNames('trigger types', api.triggers);
  return {
    functions: api.functions.map((entry) => functionSpec(entry, definitions)),
    triggers: api.triggers.map(triggerSpec),
    socket: protocolOf(socket.value),
    worker: protocolOf(worker.value),
    http: httpApiOf(http.value),
    socketDocument: socket.value,
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

function functionSpec(entry: ReferenceFunction, definitions: Readonly<Record<string, Schema>>): FunctionSpec {
  const { name, description, metadata } = entry;
  const request = selfContained(entry.request_schema, definitions);
  const response = selfContained(entry.response_schema, definitions);
  return {
    id: name,
    key: keyOf(name),
    description: description ?? name,
    errorCode: metadata?.error_code ?? `${name.replace(/[^0-9A-Za-z]+/g, '_').toUpperCase()}_ERROR`,
    capabilities: metadata?.capabilities ?? [],
    published: { request, response },
    request: schemaOf(request, `${name}: request_schema`),
    response: schemaOf(response, `${name}: response_schema`),
  };
}

const triggerSpec = (entry: ReferenceTrigger): TriggerSpec => ({
  id: entry.name,
  key: keyOf(entry.name),
  description: entry.description ?? entry.name,
  published: { config: entry.invocation_schema, payload: entry.return_schema },
  config: schemaOf(entry.invocation_schema, `${entry.name}: invocation_schema`),
  payload: schemaOf(entry.return_schema, `${entry.name}: return_schema`),
});

/** @throws Error when two have one name in code */
function checkNames(what: string, entries: readonly { readonly name: string }[]): void {
  const known = new Map<string, string>();
  for (const { name } of entries) {
    const key = keyOf(name);
    if (key === '') throw new Error(`spec/api-reference.json: one of the ${what} has no name`);
    const other = known.get(key);
    if (other !== undefined) {
      throw new Error(
        `the ${what} ${other} and ${name} would both be ${key} in code: correct one in spec/errata.json`,
      );
    }
    known.set(key, name);
  }
}

/** No schema is one that lets any value through. */
const schemaOf = (schema: Schema | boolean | null | undefined, where: string): Schema =>
  typeof schema === 'object' && schema !== null ? checked(normalise(schema, where), where) : {};

/** What we read of an AsyncAPI document. */
interface AsyncApi extends AsyncApiDocument {
  readonly components: AsyncApiDocument['components'] & {
    readonly schemas: Readonly<Record<string, Schema>>;
  };
  readonly 'x-tags': TagSets;
  readonly 'x-constants': ConstantSets;
}

const protocolOf = (document: AsyncApi): Protocol => ({
  definitions: definitionsOf(document.components.schemas),
  tags: document['x-tags'],
  constants: document['x-constants'],
});
