import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { FUNCTION } from '../../generated/constants.js';
import { launchBrowser } from './testing/browser.js';
import { Caller } from './testing/caller.js';
import { config, IN_MEMORY, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';

const HOST = 'page.example';

/**
 * What the page got: the status of a reply that it could read, `opaque` when the browser kept it, `open` of what stays
 * open, `-` when there was nothing for it.
 */
type Got = number | 'opaque' | 'open' | '-';

/** A way in which a page asks, and what it gets: of origins that are not named, of others than the named, when it is named. */
type Row = readonly [how: string, at: string, unnamed: Got, other: Got, named: Got];

const GROUP = '/stream/s/g';
const STATE = '/v1/stream/groups/s/g';
const CALL = `/api/call/${encodeURIComponent(FUNCTION.set)}`;

const STREAM_PORT: readonly Row[] = [
  ['fetch', GROUP, 200, '-', 200],
  ['fetch', `${GROUP}/i`, 200, '-', 200],
  ['fetch', '/other', 404, '-', 404],
  ['fetch', '/', 200, '-', 200],
  ['fetch', `${GROUP}?since=x:1&wait=1`, 200, '-', 200],
  ['fetch with a token', GROUP, 200, '-', 200],
  ['fetch with a token', STATE, 200, '-', 200],
  ['fetch with cookies', GROUP, '-', '-', 200],
  ['fetch without asking', GROUP, 'opaque', '-', '-'],
  ['image', GROUP, '-', '-', '-'],
  ['EventSource', GROUP, 'open', '-', 'open'],
  ['fetch', STATE, 200, '-', 200],
  ['EventSource', `${STATE}?offset=-1&live=sse`, 'open', '-', 'open'],
  ['post', GROUP, 405, '-', 405],
  ['post of JSON', GROUP, 405, '-', 405],
  ['WebSocket', '/', 'open', '-', 'open'],
  ['WebSocket', GROUP, 'open', '-', 'open'],
];

const ADMIN_LISTENER: readonly Row[] = [
  ['fetch', '/', '-', '-', '-'],
  ['fetch', '/healthz', '-', '-', '-'],
  ['fetch', '/metrics', '-', '-', '-'],
  ['fetch', '/api/overview', '-', '-', '-'],
  ['fetch without asking', '/metrics', '-', '-', '-'],
  ['fetch without asking', '/api/items?stream=s&group=g', '-', '-', '-'],
  ['image', '/inspector.png', '-', '-', '-'],
  ['post', CALL, '-', '-', '-'],
  ['post of JSON', CALL, '-', '-', '-'],
  ['post without asking', CALL, '-', '-', '-'],
  ['post without asking', '/backup', '-', '-', '-'],
  ['WebSocket', GROUP, '-', '-', '-'],
];

const WORKER_PORT: readonly Row[] = [
  ['fetch', '/', '-', '-', '-'],
  // A 426 that the page sees nothing of.
  ['fetch without asking', '/', 'opaque', 'opaque', 'opaque'],
  ['EventSource', '/', '-', '-', '-'],
  ['WebSocket', '/', '-', '-', 'open'],
];

/** Runs in the page. */
const IN_PAGE = `async ([how, url]) => {
  const body = JSON.stringify(${JSON.stringify({ stream_name: 's', group_id: 'g', item_id: 'written', data: 1 })});
  const json = { 'Content-Type': 'application/json' };
  const options = {
    'fetch': {},
    'fetch with a token': { headers: { Authorization: 'Bearer x' } },
    'fetch with cookies': { credentials: 'include' },
    'fetch without asking': { mode: 'no-cors' },
    'post': { method: 'POST', body },
    'post of JSON': { method: 'POST', body, headers: json },
    'post without asking': { method: 'POST', body, mode: 'no-cors' },
  }[how];
  if (options) {
    try {
      const reply = await fetch(url, options);
      return reply.type === 'opaque' ? 'opaque' : reply.status;
    } catch {
      return '-';
    }
  }
  return await new Promise((resolve) => {
    if (how === 'image') {
      const image = new Image();
      image.onload = () => resolve('open');
      image.onerror = () => resolve('-');
      image.src = url;
      return;
    }
    const it = how === 'WebSocket' ? new WebSocket(url) : new EventSource(url);
    const end = (got) => {
      it.onerror = null;
      it.close();
      resolve(got);
    };
    it.onopen = () => end('open');
    it.onerror = () => end('-');
  });
}`;

/** Where a page of another origin is. */
async function startPage(t: TestContext): Promise<string> {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<p>'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://${HOST}:${(server.address() as AddressInfo).port}`;
}

test('what a page of another origin may ask, door by door', async (t) => {
  const origin = await startPage(t);
  const start = async (more: string): Promise<RunningServer> => {
    const directory = await temporaryDirectory();
    const yaml = config(IN_MEMORY, more).replace('admin: false', 'admin: { port: 0 }');
    const server = await startServer({ yaml, directory: directory.path });
    t.after(async () => {
      await server[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    });
    await using caller = await Caller.open(server.engineUrl);
    await caller.set('s', 'g', 'i', { n: 1 });
    return server;
  };
  const servers = await Promise.all([
    start(''),
    start("allowed_origins: ['https://other.example']"),
    start(`allowed_origins: ['${origin}']`),
  ]);
  const browser = await launchBrowser([`--host-resolver-rules=MAP ${HOST} 127.0.0.1`]);
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  const got = async (how: string, base: string, path: string): Promise<Got> => {
    const scheme = how === 'WebSocket' ? 'ws' : 'http';
    const url = `${scheme}://${new URL(base).host}${path}`;
    return (await page.evaluate(`(${IN_PAGE})(${JSON.stringify([how, url])})`)) as Got;
  };
  for (const [door, rows, urlOf] of [
    ['stream port', STREAM_PORT, ({ streamUrl }: RunningServer) => streamUrl],
    ['admin listener', ADMIN_LISTENER, ({ adminUrl }: RunningServer) => adminUrl],
    ['worker port', WORKER_PORT, ({ engineUrl }: RunningServer) => engineUrl],
  ] as const) {
    const found = await Promise.all(
      rows.map(async ([how, path]) => [
        how,
        path,
        ...(await Promise.all(servers.map((server) => got(how, urlOf(server), path)))),
      ]),
    );
    assert.deepEqual(found, rows, door);
  }
  for (const { engineUrl } of servers) {
    await using caller = await Caller.open(engineUrl);
    assert.deepEqual(await caller.list('s', 'g'), [{ n: 1 }], 'nothing was written');
  }
});
