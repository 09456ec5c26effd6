import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { FUNCTION } from '../../generated/constants.js';
import {
  validateCallReply,
  validateReadinessReply,
  validateRefusalReply,
} from '../../generated/validators.js';
import { launchBrowser } from './testing/browser.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

const TOKEN = 'a-token-of-16-characters';
const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const CALL = `/api/call/${encodeURIComponent(FUNCTION.set)}`;
const PAYLOAD = '{"stream_name":"s","group_id":"g","item_id":"i","data":1}';

const yaml = config(IN_MEMORY).replace('admin: false', 'admin: { port: 0, token_file: ./token }');

async function ask(url: string, method: string, headers: Record<string, string>) {
  const sent = request(url, { method, headers: { 'content-type': 'application/json', ...headers } });
  sent.end(method === 'POST' ? PAYLOAD : undefined);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

test('with a token nobody gets in without it but probes, and by any name with it', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'token'), TOKEN);
  await using server = await startServer({ yaml, directory: directory.path });
  const { adminUrl } = server;
  const bearer = { authorization: `Bearer ${TOKEN}` };
  const basic = { authorization: `Basic ${Buffer.from(`me:${TOKEN}`).toString('base64')}` };
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    assert.equal((await ask(adminUrl + path, 'GET', { host: 'probe' })).status, 200, path);
    assert.equal((await ask(adminUrl + path, 'POST', {})).status, 401, path);
  }
  for (const path of ['/', '/app.js', '/api/overview', '/api/items?stream=s&group=g', '/nothing']) {
    assert.equal((await ask(adminUrl + path, 'GET', {})).status, 401, path);
  }
  for (const path of [CALL, '/backup']) {
    const refused = await ask(adminUrl + path, 'POST', { authorization: 'Bearer wrong' });
    assert.deepEqual([refused.status, refused.headers.connection], [401, 'close']);
    assert.match(String(refused.headers['www-authenticate']), /Bearer realm="iii-stream".*Basic/);
    assert.ok(validateRefusalReply(JSON.parse(refused.text)));
  }
  for (const [method, path, allow] of [
    ['POST', '/readyz', 'GET, HEAD'],
    ['DELETE', '/metrics', 'GET, HEAD'],
    ['GET', '/backup', 'POST'],
    ['GET', CALL, 'POST'],
    ['PUT', '/', 'GET, HEAD, POST'],
  ] as const) {
    const refused = await ask(adminUrl + path, method, bearer);
    assert.deepEqual([refused.status, refused.headers.allow], [405, allow], path);
    assert.ok(validateRefusalReply(JSON.parse(refused.text)));
  }
  const readiness = await ask(`${adminUrl}/readyz`, 'GET', {});
  assert.ok(validateReadinessReply(JSON.parse(readiness.text)));
  const called = await ask(adminUrl + CALL, 'POST', { ...bearer, host: 'streams.example' });
  assert.equal(called.status, 200);
  assert.ok(validateCallReply(JSON.parse(called.text)));
  const own = { host: 'streams.example', origin: 'https://streams.example', 'sec-fetch-site': 'same-origin' };
  assert.equal((await ask(adminUrl + CALL, 'POST', { ...basic, ...own })).status, 200);
  for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    const refused = await ask(adminUrl + CALL, 'POST', { ...basic, ...foreign });
    assert.equal(refused.status, 403, 'a browser shows what its user typed for other pages as well');
  }
  const socket = (headers: Record<string, string>) =>
    once(new WebSocket(`${adminUrl.replace('http', 'ws')}/stream/s/g`, { headers }), 'open');
  await assert.rejects(socket({}), /401/);
  await assert.rejects(socket({ ...basic, origin: 'https://evil.example' }), /403/);
  const [opened] = [new WebSocket(`${adminUrl.replace('http', 'ws')}/stream/s/g`, { headers: bearer })];
  await once(opened, 'message');
  opened.terminate();

  await writeFile(join(directory.path, 'token'), `${TOKEN}-of-later`);
  for (;;) if ((await ask(`${adminUrl}/api/overview`, 'GET', bearer)).status === 401) break;
  const later = { authorization: `${bearer.authorization}-of-later` };
  assert.equal((await ask(`${adminUrl}/api/overview`, 'GET', later)).status, 200);
});

test('the commands and the inspector show the token', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'token');
  await writeFile(file, `${TOKEN}\n`);
  await using server = await startServer({ yaml, directory: directory.path });
  const run = async (args: readonly string[], env: Record<string, string>) => {
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...args], {
      env: { ...process.env, III_STREAM_ADMIN: server.adminUrl, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        // Of `tail`, which has no end.
        if (text.includes('"sync"')) child.kill('SIGINT');
      });
    const [code] = await once(child, 'close');
    return { code, out };
  };
  const set = ['set', 's', 'g', 'i', '1'];
  const [none, fromFile, fromEnvironment] = await Promise.all([
    run(set, {}),
    run([...set, '--token-file', file], {}),
    run(['tail', 's', 'g', '--json'], { III_STREAM_ADMIN_TOKEN: TOKEN }),
  ]);
  assert.deepEqual([none.code, fromFile.code, fromEnvironment.code], [1, 0, 0]);
  assert.match(none.out, /show the token of the admin listener/);

  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ httpCredentials: { username: 'me', password: TOKEN } });
    const page = await context.newPage();
    await page.goto(`${server.adminUrl}/#s/g`);
    await page.getByRole('button', { name: 'g', exact: true }).click();
    await page.locator('#items tbody tr', { hasText: 'i' }).waitFor();
  } finally {
    await browser.close();
  }
});
