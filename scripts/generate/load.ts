import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { type ApiReference, applyErrata, type Erratum } from './errata.js';
import { keyOf } from './names.js';
import { type Addition, applyOverlay } from './overlay.js';
import { type Definitions, mapSchemas, type Schema } from './schema.js';

/** Path of a file that something is generated from, below the root. */
export type Input = string;

export interface FunctionSpec {
  readonly id: string;
  /** The handler's method: `listGroups`. */
  readonly key: string;
  readonly description: string;
  readonly errorCode: string;
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

export interface Spec {
  readonly functions: readonly FunctionSpec[];
  readonly triggers: readonly TriggerSpec[];
  readonly socket: Protocol;
  readonly worker: Protocol;
  readonly config: Schema;
  /** The order of fields on the wire, by family and definition. */
  readonly layout: Layout;
  readonly inputs: {
    readonly api: readonly Input[];
    readonly socket: Input;
    readonly worker: Input;
    readonly config: Input;
  };
}

/** Reads `spec/`, applies the errata, then the overlay. */
export async function loadSpec(directory: string): Promise<Spec> {
  const [reference, errata, overlay, layout, socket, worker, config] = await Promise.all([
    readInput(directory, 'api-reference.json'),
    readInput(directory, 'errata.json'),
    readInput(directory, 'overlay.json'),
    readInput(directory, 'layout.json'),
    readInput(directory, 'asyncapi/stream-socket.yaml'),
    readInput(directory, 'asyncapi/worker-protocol.yaml'),
    readInput(directory, 'config.schema.json'),
  ]);
  const corrected = applyErrata(
    JSON.parse(reference.text) as ApiReference,
    JSON.parse(errata.text) as Erratum[],
  );
  const api = applyOverlay(corrected, JSON.parse(overlay.text) as Addition[]);
  return {
    functions: api.functions.map((entry) => ({
      id: entry.name,
      key: keyOf(entry.name),
      description: entry.description,
      errorCode: entry.metadata.error_code ?? `${entry.name.replace(/::/g, '_').toUpperCase()}_ERROR`,
      request: entry.request_schema,
      response: entry.response_schema,
    })),
    triggers: api.triggers.map((entry) => ({
      id: entry.name,
      key: keyOf(entry.name),
      description: entry.description,
      config: entry.invocation_schema,
      payload: entry.return_schema,
    })),
    socket: readProtocol(socket.text),
    worker: readProtocol(worker.text),
    config: JSON.parse(config.text) as Schema,
    layout: JSON.parse(layout.text) as Layout,
    inputs: {
      api: [reference.input, errata.input, overlay.input],
      socket: socket.input,
      worker: worker.input,
      config: config.input,
    },
  };
}

async function readInput(directory: string, name: string): Promise<{ text: string; input: Input }> {
  const text = await readFile(path.join(directory, name), 'utf8');
  return { text, input: `spec/${name}` };
}

function readProtocol(text: string): Protocol {
  const document = parse(text.replaceAll('#/components/schemas/', '#/definitions/')) as {
    components: { schemas: Record<string, Schema> };
    'x-tags': TagSets;
    'x-constants': ConstantSets;
  };
  const definitions =
    mapSchemas({ definitions: document.components.schemas }, (schema) => schema).definitions ?? {};
  return { definitions, tags: document['x-tags'], constants: document['x-constants'] };
}
