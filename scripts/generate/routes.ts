import { header } from './header.js';
import type { Input } from './inputs.js';
import { doc, propertyKey, quote } from './names.js';
import type { HttpApi, Route } from './openapi.js';
import type { Schema } from './schema.js';

/** `generated/routes.ts`: paths, methods, and how each parameter of a query is read. */
export function renderRoutes({ routes }: HttpApi, input: Input): string {
  return `${header([input])}${PRELUDE}
/** What is answered over HTTP, by the id of the operation. */
export const ROUTES = {
${routes.map(renderRoute).join('')}} as const satisfies Readonly<Record<string, Route>>;
`;
}

const PRELUDE = `/** How a parameter of a query is read. \`flag\` = 0 or 1, \`cursor\` = \`<epoch>:<seq>\`. */
export type QueryParameter =
  | { readonly type: 'text' | 'flag' | 'cursor' }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'choice'; readonly values: readonly string[] };

export interface Route {
  /** Names in braces. */
  readonly path: string;
  /** \`stream\` = the stream port, \`admin\` = the admin listener. */
  readonly listener: string;
  readonly methods: readonly string[];
  readonly query: Readonly<Record<string, QueryParameter>>;
}
`;

function renderRoute({ id, path, tag, summary, methods, query }: Route): string {
  const parameters = query.map(
    ({ name, schema }) => `      ${propertyKey(name)}: ${readingOf(name, schema)},\n`,
  );
  const entries = parameters.length === 0 ? '{}' : `{\n${parameters.join('')}    }`;
  return `${doc(summary, '  ')}  ${id}: {
    path: ${quote(path)},
    listener: ${quote(tag)},
    methods: [${methods.map(quote).join(', ')}],
    query: ${entries},
  },
`;
}

function readingOf(name: string, { type, format, enum: values, minimum, maximum }: Schema): string {
  if (format === 'cursor') return "{ type: 'cursor' }";
  if (values?.join() === '0,1') return "{ type: 'flag' }";
  if (type === 'integer') {
    if (typeof minimum !== 'number' || typeof maximum !== 'number') throw new Error(`${name}: needs bounds`);
    return `{ type: 'integer', minimum: ${minimum}, maximum: ${maximum} }`;
  }
  if (type === 'string') {
    if (values === undefined) return "{ type: 'text' }";
    return `{ type: 'choice', values: [${values.map((value) => quote(String(value))).join(', ')}] }`;
  }
  throw new Error(`the query parameter ${name} is read in no way that there is`);
}
