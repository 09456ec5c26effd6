import type { IncomingMessage } from 'node:http';
import type { BackupRequest, ReadinessReply } from '../../generated/http.js';
import { ROUTES, type Route } from '../../generated/routes.js';
import { LocalError } from '../domain/errors.js';
import { Payload } from '../domain/payload.js';
import { Refusal } from '../net/refusal.js';
import { traceOf } from '../net/trace.js';
import { readJson } from './body.js';
import { callFunction } from './calls.js';
import type { AdminOptions } from './options.js';
import { page } from './page.js';
import { jsonReply, jsonTextReply, type Reply } from './reply.js';
import { items, overview, sockets, watchedGroups } from './views.js';

const CALL = ROUTES.callFunction.path.replace('{function}', '');

/** Reads that tell nothing of a user's data, so that a probe or a scraper may call us by any name. */
export const PUBLIC: ReadonlySet<string> = new Set([
  ROUTES.checkProcess.path,
  ROUTES.checkReadiness.path,
  ROUTES.readMetrics.path,
]);

const DOCUMENTED = Object.values(ROUTES).filter(({ listener }) => listener === 'admin');

/** What may be asked at a path; undefined of one that is not documented. */
export const methodsAt = (pathname: string): readonly string[] | undefined =>
  DOCUMENTED.find((route: Route) =>
    route === ROUTES.callFunction ? pathname.startsWith(CALL) : pathname === route.path,
  )?.methods;

/** Replies to a GET; undefined when there is nothing at this path. */
export async function get(options: AdminOptions, url: URL): Promise<Reply | undefined> {
  switch (url.pathname) {
    case ROUTES.checkProcess.path:
      return { status: 200, type: 'text/plain', body: 'ok\n' };
    case ROUTES.checkReadiness.path: {
      const reasons = options.notReady();
      const reply: ReadinessReply = { ready: reasons.length === 0, reasons: [...reasons] };
      return jsonReply(reply, reply.ready ? 200 : 503);
    }
    case ROUTES.readMetrics.path:
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

/** Replies to a POST; undefined when there is nothing at this path. */
export async function post(
  options: AdminOptions,
  url: URL,
  request: IncomingMessage,
): Promise<Reply | undefined> {
  const { pathname } = url;
  if (pathname === ROUTES.backUp.path) return backup(options, request);
  if (!pathname.startsWith(CALL)) return undefined;
  const payload = await readJson(request, options.config.current.limits);
  const trace = traceOf(request.headers);
  return callFunction(
    options.service,
    decodeURIComponent(pathname.slice(CALL.length)),
    new Payload(payload),
    trace,
  );
}

async function backup({ store, config, logger }: AdminOptions, request: IncomingMessage): Promise<Reply> {
  const { directory } = JSON.parse(await readJson(request, config.current.limits)) as { directory?: unknown };
  if (typeof directory !== 'string' || directory === '') {
    throw new Refusal(400, 'invalid_input', 'directory: is required, a path on the server');
  }
  if (store.backup === undefined) {
    const message = `a ${store.kind} store has no files of its own; back it up with its own tools`;
    throw new Refusal(501, 'backup_unsupported', message);
  }
  try {
    await store.backup(directory);
  } catch (error) {
    if (error instanceof LocalError) throw new Refusal(500, error.code, error.message);
    throw error;
  }
  logger.info({ directory }, 'backed up the store');
  const reply: BackupRequest = { directory };
  return jsonReply(reply);
}

function parameter(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value) return value;
  throw new Refusal(400, 'invalid_input', `${name}: is required`);
}
