import type { IncomingMessage } from 'node:http';
import { LocalError } from '../domain/errors.js';
import { readJson } from './body.js';
import { callFunction } from './calls.js';
import type { AdminOptions } from './options.js';
import { page } from './page.js';
import { AdminError, jsonReply, jsonTextReply, type Reply } from './reply.js';
import { items, overview, sockets, watchedGroups } from './views.js';

const CALL = '/api/call/';

/** Reads that tell nothing of a user's data, so that a probe or a scraper may call us by any name. */
export const PUBLIC: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Answers a GET; undefined when there is nothing at this path. */
export async function get(options: AdminOptions, url: URL): Promise<Reply | undefined> {
  switch (url.pathname) {
    case '/healthz':
      return { status: 200, type: 'text/plain', body: 'ok\n' };
    case '/readyz': {
      const reasons = options.notReady();
      return jsonReply({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
    }
    case '/metrics':
      return { status: 200, type: options.metrics.contentType, body: await options.metrics.scrape() };
    case '/api/overview':
      return jsonReply(overview(options));
    case '/api/sockets':
      return jsonReply(sockets(options));
    case '/api/groups':
      return jsonReply(watchedGroups(options));
    case '/api/items':
      return jsonTextReply(
        await items(options, {
          stream: parameter(url, 'stream'),
          group: parameter(url, 'group'),
          withValues: url.searchParams.get('values') !== '0',
        }),
      );
    default:
      return page(url.pathname);
  }
}

/** Answers a POST; undefined when there is nothing at this path. */
export async function post(
  options: AdminOptions,
  url: URL,
  request: IncomingMessage,
): Promise<Reply | undefined> {
  const { pathname } = url;
  if (pathname === '/backup') return backup(options, request);
  if (!pathname.startsWith(CALL)) return undefined;
  const payload = await readJson(request, options.limits());
  const { traceparent, baggage } = request.headers;
  const trace = {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof baggage === 'string' ? { baggage } : {}),
  };
  return callFunction(options.engine, decodeURIComponent(pathname.slice(CALL.length)), payload, trace);
}

async function backup({ store, limits, logger }: AdminOptions, request: IncomingMessage): Promise<Reply> {
  const { directory } = JSON.parse(await readJson(request, limits())) as { directory?: unknown };
  if (typeof directory !== 'string' || directory === '') {
    throw new AdminError(400, 'invalid_input', 'directory: is required, a path on the server');
  }
  if (store.backup === undefined) {
    const sentence = `a ${store.kind} store has no files of its own; back it up with its own tools`;
    throw new AdminError(501, 'backup_unsupported', sentence);
  }
  try {
    await store.backup(directory);
  } catch (error) {
    if (error instanceof LocalError) throw new AdminError(500, error.code, error.message);
    throw error;
  }
  logger.info({ directory }, 'backed up the store');
  return jsonReply({ directory });
}

function parameter(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value) return value;
  throw new AdminError(400, 'invalid_input', `${name}: is required`);
}
