import type { IncomingMessage } from 'node:http';
import { type QueryParameter, ROUTES, type Route } from '../../generated/routes.js';
import type { ItemOrGroup } from '../delivery/port.js';
import type { Cursor } from '../domain/change.js';
import { Refusal } from '../net/refusal.js';
import {
  badParameter,
  decodeName,
  notFound,
  parseCursor,
  parseFlag,
  type RequestTarget,
  splitTarget,
  withoutPrefix,
} from '../socket/request-target.js';

type Parsed<P extends QueryParameter> = P extends { type: 'flag' }
  ? boolean
  :
      | (P extends { type: 'integer' }
          ? number
          : P extends { type: 'cursor' }
            ? Cursor
            : P extends { type: 'choice' }
              ? P['values'][number]
              : string)
      | undefined;

type ParametersOf<R extends Route> = { readonly [K in keyof R['query']]: Parsed<R['query'][K]> };

/** The parameters of a read. Those that a route does not know are absent there. */
export type ReadParameters = ParametersOf<(typeof ROUTES)['readGroup']> &
  ParametersOf<(typeof ROUTES)['readState']>;

/** What a request asks for. */
export interface HttpTarget extends Pick<RequestTarget, 'path' | 'query'> {
  readonly route: Route;
  readonly at: ItemOrGroup;
  readonly parameters: ReadParameters;
}

/** Names in a path, and what a message calls them. */
const FIELDS = { stream: 'streamName', group: 'groupId', item: 'id' } as const;
type Placeholder = keyof typeof FIELDS;
const PLACEHOLDER = /^\{(\w+)\}$/;

const TEMPLATES = Object.values(ROUTES)
  .filter(({ listener, path }) => listener === 'stream' && path !== ROUTES.checkHealth.path)
  .map((route: Route) => ({ route, segments: route.path.split('/') }));

/**
 * Finds the route of a request and reads its names and parameters; a slash at the end is fine.
 *
 * @param prefix what our paths begin with
 * @throws Refusal 404 for any other path, 400 naming a malformed name or parameter
 */
export function readTarget(
  { url = '' }: IncomingMessage,
  maxNameBytes: number,
  prefix: string | undefined,
): HttpTarget {
  const { path: whole, query } = splitTarget(url);
  const path = withoutPrefix(whole, prefix);
  const segments = (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  for (const { route, segments: template } of TEMPLATES) {
    const raw = match(template, segments);
    if (raw === undefined) continue;
    const name = (of: Placeholder): string | undefined =>
      raw[of] === undefined ? undefined : decodeName(FIELDS[of], raw[of], maxNameBytes);
    const at = { stream: name('stream') as string, group: name('group') as string, item: name('item') };
    return { path: whole, query, route, at, parameters: readParameters(route, query) };
  }
  throw notFound();
}

/** The segments in the places of a template's names; undefined when the path is another one. */
function match(
  template: readonly string[],
  segments: readonly string[],
): Partial<Record<Placeholder, string>> | undefined {
  if (template.length !== segments.length) return undefined;
  const names: Partial<Record<Placeholder, string>> = {};
  for (const [index, expected] of template.entries()) {
    const [, name] = PLACEHOLDER.exec(expected) ?? [];
    if (name !== undefined) names[name as Placeholder] = segments[index]!;
    else if (expected !== segments[index]) return undefined;
  }
  return names;
}

function readParameters(route: Route, query: RequestTarget['query']): ReadParameters {
  const values: Record<string, unknown> = {};
  for (const [name, how] of Object.entries(route.query)) values[name] = read(name, how, query[name]?.at(-1));
  const parameters = values as ReadParameters;
  if (parameters.wait !== undefined && parameters.since === undefined)
    throw badParameter('wait: needs since');
  if (parameters.after !== undefined && parameters.limit === undefined) {
    throw badParameter('after: needs limit');
  }
  if (parameters.live !== undefined && parameters.offset === undefined)
    throw badParameter('live: needs offset');
  return parameters;
}

function read(name: string, how: QueryParameter, text: string | undefined): unknown {
  if (how.type === 'flag') return parseFlag(name, text);
  if (text === undefined) return undefined;
  if (how.type === 'cursor') return parseCursor(name, text);
  if (how.type === 'integer') return parseInteger(name, how, text);
  if (how.type === 'choice' && !how.values.includes(text))
    throw badParameter(`${name}: must be ${how.values.join(' or ')}`);
  return text;
}

const DIGITS = /^\d{1,9}$/;

function parseInteger(
  name: string,
  { minimum, maximum }: QueryParameter & { type: 'integer' },
  text: string,
): number {
  const value = Number(text);
  if (DIGITS.test(text) && value >= minimum && value <= maximum) return value;
  throw badParameter(`${name}: must be an integer from ${minimum} to ${maximum}`);
}

/** Refuses what no route takes: another method, a body. @throws Refusal 405, 400 */
export function checkRequest({ method = '', headers }: IncomingMessage, { methods }: Route): void {
  if (!methods.includes(method)) {
    const allowed = [...methods, 'OPTIONS'].join(', ');
    throw new Refusal(405, 'method_not_allowed', `use ${allowed}`, { headers: { Allow: allowed } });
  }
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
  if (encoding !== undefined || Number(length) !== 0) {
    throw new Refusal(400, 'body_not_allowed', 'a read has no body');
  }
}
