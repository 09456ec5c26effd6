import { PATH_QUERY, PATH_QUERY_PATTERN, SOCKET_ERROR, SOCKET_PATH } from '../../generated/constants.js';
import type { Cursor } from '../domain/change.js';
import { Refusal } from '../net/refusal.js';
import type { Decided } from '../wire/decided.js';
import { nameError } from './names.js';

/** A subscription that a URL asks for. */
export interface PathSubscription {
  readonly stream: string;
  readonly group: string;
  /** Absent: the whole group. */
  readonly item: string | undefined;
  readonly since: Cursor | undefined;
  readonly withItems: boolean;
  readonly ack: boolean;
  readonly page: number | undefined;
  readonly ops: boolean;
}

/** What the URL of an upgrade request says. */
export interface RequestTarget {
  /** The path as it came, still percent-encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** Absent at `/`, where subscriptions come as messages. */
  readonly subscription: PathSubscription | undefined;
}

/** A path that is none of ours. */
export const notFound = (): Refusal =>
  new Refusal(
    404,
    'not_found',
    'groups are at /stream/<stream>/<group>[/<item>]; a socket at / may join any',
  );

const { messages: ROOT, subscription: SUBSCRIPTIONS } = SOCKET_PATH;
/** `explain` is read before anything else is (accept-first.ts). */
const QUERY: Decided<typeof PATH_QUERY, 'since' | 'items' | 'ack' | 'page' | 'ops' | 'explain'> = PATH_QUERY;
const NAMES = ['streamName', 'groupId', 'id'] as const;
const OUTSIDE_ASCII = /[^\x21-\x7e]/;
const CURSOR = /^(.*):(\d{1,16})$/s;

/**
 * Reads a request target: `/`, or `/stream/<stream>/<group>[/<item>]` with or without a slash at the end, names
 * percent-encoded, and the query `since=<epoch>:<seq>`, `items=1`, `ack=1`, `page=<items>`, `ops=1`.
 *
 * @param prefix what our paths begin with
 * @throws Refusal 404 for any other path, 400 for a malformed name or parameter
 */
export function parseTarget(url: string, maxNameBytes: number, prefix?: string): RequestTarget {
  const { path: whole, query } = splitTarget(url);
  const path = withoutPrefix(whole, prefix);
  if (path === ROOT) return { path: whole, query, subscription: undefined };
  const names = splitNames(path).map((segment, at) => decodeName(NAMES[at]!, segment, maxNameBytes));
  const [stream, group, item] = names as [string, string, string | undefined];
  const subscription: PathSubscription = {
    stream,
    group,
    item,
    since: parseSince(query[QUERY.since]?.at(-1)),
    withItems: parseFlag(QUERY.items, query[QUERY.items]?.at(-1)),
    ack: parseFlag(QUERY.ack, query[QUERY.ack]?.at(-1)),
    page: parsePage(query[QUERY.page]?.at(-1)),
    ops: parseFlag(QUERY.ops, query[QUERY.ops]?.at(-1)),
  };
  return { path: whole, query, subscription };
}

/** Path and query of a request target, the path as it came. */
export function splitTarget(target: string): Pick<RequestTarget, 'path' | 'query'> {
  const url = target.startsWith('/') ? target : originForm(target);
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, query: parseQuery('') }
    : { path: url.slice(0, mark), query: parseQuery(url.slice(mark + 1)) };
}

const ABSOLUTE = /^(?:https?|wss?):\/\/[^/?#]+/i;

/** Servers take the absolute form too, as clients send it to a proxy (RFC 9112, 3.2.2); the host is in `Host` as well. */
function originForm(target: string): string {
  const rest = target.replace(ABSOLUTE, '');
  return rest === target || rest.startsWith('/') ? rest : `${ROOT}${rest}`;
}

/** A path below the prefix that a proxy left in place. @throws Refusal 404 for one that is not */
export function withoutPrefix(path: string, prefix: string | undefined): string {
  if (prefix === undefined) return path;
  if (path === prefix) return ROOT;
  if (!path.startsWith(`${prefix}/`)) throw notFound();
  return path.slice(prefix.length);
}

function splitNames(path: string): string[] {
  if (!path.startsWith(SUBSCRIPTIONS)) throw notFound();
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  const segments = path.slice(SUBSCRIPTIONS.length, end).split('/');
  if (segments.length < 2 || segments.length > NAMES.length) throw notFound();
  return segments;
}

/** A name of a path. @throws Refusal 400 naming the field */
export function decodeName(field: string, segment: string, maxNameBytes: number): string {
  // Names are percent-encoded; raw bytes would reach us in an encoding that nobody stated.
  if (OUTSIDE_ASCII.test(segment)) throw badEncoding(field);
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    throw badEncoding(field);
  }
  const error = nameError(field, name, maxNameBytes);
  if (error !== undefined) throw new Refusal(400, error.code, error.message);
  return name;
}

const badEncoding = (field: string): Refusal =>
  new Refusal(400, 'bad_encoding', `${field}: must be percent-encoded UTF-8`);

export const badParameter = (message: string): Refusal =>
  new Refusal(400, SOCKET_ERROR.invalidMessage, message);

function parseQuery(text: string): RequestTarget['query'] {
  // Without a prototype, so that no parameter's name can mean anything but itself.
  const query: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const values = query[name];
    if (values === undefined) query[name] = [value];
    else values.push(value);
  }
  return query;
}

function parseSince(text: string | undefined): Cursor | undefined {
  return text === undefined ? undefined : parseCursor(QUERY.since, text);
}

const DIGITS = new RegExp(PATH_QUERY_PATTERN.page);
const MAX_PAGE = 10_000;

function parsePage(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const page = Number(text);
  if (DIGITS.test(text) && page >= 1 && page <= MAX_PAGE) return page;
  throw badParameter(`page: must be an integer from 1 to ${MAX_PAGE}`);
}

/** @throws Refusal 400 naming the parameter */
export function parseCursor(name: string, text: string): Cursor {
  const [, epoch, digits] = CURSOR.exec(text) ?? [];
  const seq = Number(digits);
  if (epoch === undefined || !Number.isSafeInteger(seq)) throw badParameter(`${name}: must be <epoch>:<seq>`);
  return { epoch, seq };
}

export function parseFlag(name: string, text: string | undefined): boolean {
  if (text === undefined || text === '0') return false;
  if (text === '1') return true;
  throw badParameter(`${name}: must be 0 or 1`);
}
