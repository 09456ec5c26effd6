import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { AuthResult } from '../service/service-port.js';
import { Client, refusal, start, until } from './testing/harness.js';

const EXPLAIN = '?explain=1';

/** A client that is closed without having been let in: code and reason. */
async function refused(client: Client): Promise<[number, string]> {
  const [code, reason] = await once(client.ws, 'close');
  return [code, String(reason)];
}

test('a socket that asks for reasons is open before the auth function is asked, and is read after it', async (t) => {
  const { service, url, counters } = await start(t);
  let letIn: (result: AuthResult) => void = () => {};
  service.auth = () =>
    new Promise((resolve) => {
      letIn = resolve;
    });
  const asked = once(service, 'authenticate');
  const client = await Client.open(t, url + EXPLAIN);
  client.join({});
  client.send({ type: 'ping' });
  await asked;
  assert.deepEqual([service.joins.length, counters.opened], [0, 0]);
  letIn({ allowed: true, context: '{"n":1}' as never });
  assert.deepEqual(await client.next(), { type: 'pong' });
  assert.deepEqual([service.joins[0]?.context, counters.opened], ['{"n":1}', 1]);
  client.ws.close();
  await once(service, 'disconnect');
});

test('a refusal closes with 4000 + the status, and its code', async (t) => {
  const { service, url, counters } = await start(t, {
    allowed_origins: ['https://good.example'],
    limits: { sockets_per_address: 2 },
  });
  const open = (path: string, origin?: string) =>
    new Client(t, url + path, [], origin === undefined ? {} : { origin });
  service.auth = () => Promise.resolve({ allowed: false, status: 401, reason: 'a secret' });
  assert.deepEqual(await refused(open(`/${EXPLAIN}`)), [4401, 'unauthorized']);
  service.auth = () => Promise.resolve({ allowed: false, status: 503, reason: 'a secret' });
  assert.deepEqual(await refused(open(`/stream/s/g${EXPLAIN}`)), [4503, 'auth_unavailable']);
  service.auth = () => Promise.reject(new Error('a fault of ours'));
  assert.deepEqual(await refused(open(`/${EXPLAIN}`)), [4500, 'internal']);
  assert.deepEqual(await refused(open(`/${EXPLAIN}`, 'https://evil.example')), [4403, 'origin_not_allowed']);
  assert.deepEqual(await refused(open(`/other${EXPLAIN}`)), [4404, 'not_found']);
  assert.deepEqual(await refused(open(`/stream/s/%ff${EXPLAIN}`)), [4400, 'bad_encoding']);
  service.auth = () => Promise.resolve({ allowed: true, context: undefined });
  await Client.open(t, url);
  await Client.open(t, url);
  assert.deepEqual(await refused(open(`/${EXPLAIN}`)), [4429, 'too_many_sockets']);
  assert.deepEqual([counters.refused.total, counters.authRefused, counters.opened], [7, 2, 2]);
  assert.deepEqual(await refusal(t, `${url}/other?explain=0`), { status: 404, error: 'not_found' });
});

test('clients that vanish while they wait, and a server that ends meanwhile, leave nothing behind', async (t) => {
  const { service, url, server } = await start(t, { closeGraceMs: 2_000 });
  const waiting: ((result: AuthResult) => void)[] = [];
  service.auth = () => new Promise((resolve) => waiting.push(resolve));
  const [gone, stays] = [
    await Client.open(t, `${url}/stream/s/g${EXPLAIN}`),
    await Client.open(t, `${url}/stream/s/h${EXPLAIN}`),
  ];
  await until(() => waiting.length === 2, 'both wait');
  gone.ws.terminate();
  const closed = refused(stays);
  const ended = server.close();
  assert.deepEqual(await closed, [4503, 'going_away']);
  for (const letIn of waiting) letIn({ allowed: true, context: undefined });
  await ended;
  assert.deepEqual([service.joins.length, [...server.connections()].length], [0, 0]);
});
