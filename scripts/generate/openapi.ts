import { withoutMarks } from './added-members.js';
import { type Definitions, mapSchemas, type Schema } from './schema.js';

/** What we read of an OpenAPI document. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, ParameterObject>>;
    readonly schemas: Definitions;
  };
}

interface OperationObject {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly parameters?: readonly { readonly $ref: string }[];
}

interface ParameterObject {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description?: string;
  readonly schema: Schema;
}

/** A path, and what may be asked there. */
export interface Route {
  /** The `operationId` of its GET, or of its POST. */
  readonly id: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Upper case. */
  readonly methods: readonly string[];
  readonly query: readonly ParameterObject[];
}

/** What the generator needs of the OpenAPI document. */
export interface HttpApi {
  readonly definitions: Definitions;
  readonly routes: readonly Route[];
}

/** Schemas of a document, referring to each other as definitions. */
export function definitionsOf(components: Definitions): Definitions {
  const text = JSON.stringify(components).replaceAll('#/components/schemas/', '#/definitions/');
  return mapSchemas({ definitions: JSON.parse(text) as Definitions }, withoutMarks).definitions ?? {};
}

/** @throws Error for a path whose operation has no id, or a parameter that is not defined */
export function httpApiOf({ paths, components }: OpenApi): HttpApi {
  const routes = Object.entries(paths).map(([path, operations]) => {
    const { operationId, tags = [], summary = '', parameters = [] } = operations.get ?? operations.post ?? {};
    const [tag] = tags;
    if (operationId === undefined || tag === undefined)
      throw new Error(`${path}: needs an operationId and a tag`);
    const query = parameters
      .map(({ $ref }) => parameterOf($ref, components.parameters))
      .filter((parameter) => parameter.in === 'query');
    const methods = Object.keys(operations).map((method) => method.toUpperCase());
    return { id: operationId, path, tag, summary, methods, query };
  });
  return { definitions: definitionsOf(components.schemas), routes };
}

function parameterOf(reference: string, parameters: OpenApi['components']['parameters']): ParameterObject {
  const found = parameters[reference.replace('#/components/parameters/', '')];
  if (found === undefined) throw new Error(`the parameter ${reference} is not defined`);
  return found;
}
