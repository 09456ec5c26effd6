import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { FUNCTION, STREAM_EVENT } from '../../generated/constants.js';
import { RedisServer } from '../store/testing/redis-server.js';
import { Caller } from './testing/caller.js';
import { startEngine } from './testing/engine.js';
import { config, FILE_BASED, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const withAdmin = (adapter: string, more = ''): string =>
  config(adapter, more).replace('admin: false', 'admin: { port: 0 }');

const json = { 'content-type': 'application/json' };

/** A request with any Host, which `fetch` does not allow. */
async function ask(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const sent = request(url, { method, headers });
  sent.end(method === 'POST' ? '{}' : undefined);
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

/** Waits until `GET /readyz` answers `status`; returns its reasons. */
async function readiness(adminUrl: string, status: number): Promise<readonly string[]> {
  for (;;) {
    const response = await fetch(`${adminUrl}/readyz`);
    const { reasons } = (await response.json()) as { reasons: string[] };
    if (response.status === status) return reasons;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('each admin endpoint answers, with what the server did', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: withAdmin(FILE_BASED), directory: directory.path });
  const { adminUrl } = server;
  const get = async (path: string) => (await fetch(adminUrl + path)).json() as Promise<never>;
  const call = (id: string, body: string) =>
    fetch(`${adminUrl}/api/call/${encodeURIComponent(id)}`, { method: 'POST', headers: json, body });
  assert.equal(await (await fetch(`${adminUrl}/healthz`)).text(), 'ok\n');
  assert.deepEqual(await get('/readyz'), { ready: true, reasons: [] });

  await using client = await SocketClient.open(`${server.streamUrl}/stream/s/g`);
  await client.find(({ event }) => event.type === STREAM_EVENT.sync);
  const at = '"stream_name":"s","group_id":"g","item_id":"i"';
  const set = await call(FUNCTION.set, `{${at},"data":12345678901234567890}`);
  assert.equal(await set.text(), '{"result":{"new_value":12345678901234567890,"old_value":null}}\n');
  await client.find(({ event }) => event.type === STREAM_EVENT.create);
  const wrong = await call(FUNCTION.set, '{"stream_name":""}');
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /invalid_input/);
  assert.equal((await call('engine::functions::list', '{}')).status, 404);
  assert.equal((await call(FUNCTION.set, '{')).status, 400);

  const { total, groups } = await get('/api/groups');
  assert.equal(total, 1);
  const { stream, group, seq, subscriptions, live } = groups[0]!;
  assert.deepEqual([stream, group, seq, subscriptions, live], ['s', 'g', 1, 1, 1]);
  const { sockets } = await get('/api/sockets');
  const { subscriptions: held, queuedBytes, paused, behind, operator } = sockets[0]!;
  assert.deepEqual([held, queuedBytes, paused, behind, operator], [1, 0, false, 0, false]);
  const items = await (await fetch(`${adminUrl}/api/items?stream=s&group=g`)).text();
  const ages = await (await fetch(`${adminUrl}/api/items?stream=s&group=g&values=0`)).text();
  assert.match(ages, /"timestamp":\d{13}\}\]/);
  assert.match(items, /"items":\[\{"id":"i","rev":1,"timestamp":\d{13},"data":12345678901234567890\}\]/);
  const timed = { stream_name: 's', group_id: 'timed', item_id: 'i', data: 1, ttl_ms: 600_000 };
  assert.equal((await call(FUNCTION.set, JSON.stringify(timed))).status, 200);
  const lives = await (await fetch(`${adminUrl}/api/items?stream=s&group=timed`)).text();
  assert.match(lives, /"timestamp":\d{13},"expires":\d{13},"data":1\}\]/);
  const { totals, store, open } = await get('/api/overview');
  assert.deepEqual([store, open, (totals as { changes: number }).changes], ['file_based', 1, 2]);

  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  for (const line of [
    'iii_stream_connections 1',
    'iii_stream_connections_total 1',
    'iii_stream_subscriptions 1',
    'iii_stream_changes_total{kind="create"} 2',
    `iii_stream_function_duration_seconds_count{function="${FUNCTION.set}"} 3`,
    `iii_stream_function_errors_total{function="${FUNCTION.set}"} 1`,
    'iii_stream_store_commit_entries_total 3',
    'iii_stream_store_writable 1',
    'iii_stream_items 2',
    'iii_stream_groups 2',
    'iii_stream_delivery_duration_seconds_count 1',
    'iii_stream_admin_refusals_total{code="not_json"} 1',
  ]) {
    assert.ok(metrics.includes(`${line}\n`), line);
  }
  const page = await fetch(`${adminUrl}/`);
  assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self';/);
  assert.equal((await fetch(`${adminUrl}/../../package.json`)).status, 404);

  const target = join(directory.path, 'backup');
  const backup = { method: 'POST', headers: json, body: JSON.stringify({ directory: target }) };
  assert.equal((await fetch(`${adminUrl}/backup`, backup)).status, 200);
  assert.ok((await readdir(target)).length > 0);
  const again = await fetch(`${adminUrl}/backup`, backup);
  assert.deepEqual([again.status, ((await again.json()) as { error: string }).error], [500, 'backup_failed']);
  await using copy = await startServer({
    yaml: withAdmin(FILE_BASED).replace('./data', target),
    directory: directory.path,
  });
  const restored = await (await fetch(`${copy.adminUrl}/api/items?stream=s&group=g`)).text();
  const epochOf = (text: string) => (JSON.parse(text) as { epoch: string }).epoch;
  const itemsOf = (text: string) => text.slice(text.indexOf('"items"'));
  // A restored backup is another history (D41): the same items under another epoch.
  assert.notEqual(epochOf(restored), epochOf(items));
  assert.equal(itemsOf(restored), itemsOf(items));
});

test('pages of others, by whatever name, get nothing of it', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: withAdmin(IN_MEMORY), directory: directory.path });
  const { adminUrl } = server;
  const { port } = new URL(adminUrl);
  const call = `${adminUrl}/api/call/${encodeURIComponent(FUNCTION.listAll)}`;
  assert.equal(await ask(`${adminUrl}/api/overview`, { host: `localhost:${port}` }), 200);
  assert.equal(await ask(`${adminUrl}/api/overview`, { host: `evil.example:${port}` }), 421);
  assert.equal(await ask(`${adminUrl}/`, { host: `evil.example:${port}` }), 421);
  assert.equal(await ask(`${adminUrl}/metrics`, { host: `prometheus-target:${port}` }), 200);
  assert.equal(await ask(call, json, 'POST'), 200);
  assert.equal(await ask(call, { ...json, origin: adminUrl }, 'POST'), 200);
  assert.equal(await ask(call, { ...json, origin: 'https://evil.example' }, 'POST'), 403);
  assert.equal(await ask(call, { ...json, 'sec-fetch-site': 'cross-site' }, 'POST'), 403);
  assert.equal(await ask(call, { 'content-type': 'text/plain' }, 'POST'), 415);
  assert.equal(await ask(call, json, 'DELETE'), 405);
  const socket = new WebSocket(`${adminUrl.replace('http', 'ws')}/stream/s/g`, {
    origin: 'https://evil.example',
  });
  const [error] = (await once(socket, 'error')) as [Error];
  assert.match(error.message, /403/);
});

test('readyz says why when Redis is stopped, and recovers', async () => {
  await using directory = await temporaryDirectory();
  await using redis = await RedisServer.start();
  const adapter = `name: redis\nconfig: { redis_url: "${redis.url}" }`;
  await using server = await startServer({ yaml: withAdmin(adapter), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  await caller.set('s', 'g', 'i', 1);
  assert.deepEqual(await readiness(server.adminUrl, 200), []);
  await redis.kill();
  const reasons = await readiness(server.adminUrl, 503);
  assert.match(reasons.join(), /Redis at 127\.0\.0\.1:\d+/);
  await assert.rejects(caller.set('s', 'g', 'i', 2), /unavailable/);
  await redis.start();
  await readiness(server.adminUrl, 200);
  await caller.set('s', 'g', 'i', 3);
  const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
  assert.match(metrics, /iii_stream_store_commit_entries_total 2\n/);
});

test('readyz says when the engine is away', async () => {
  await using directory = await temporaryDirectory();
  await using engine = await startEngine();
  const args = ['--engine', engine.url];
  await using server = await startServer({ yaml: withAdmin(IN_MEMORY), args, directory: directory.path });
  await readiness(server.adminUrl, 200);
  await engine.kill();
  assert.deepEqual(await readiness(server.adminUrl, 503), ['the engine is not connected']);
  await using back = await startEngine(Number(new URL(engine.url).port));
  await readiness(server.adminUrl, 200);
  assert.ok(back.url);
});
