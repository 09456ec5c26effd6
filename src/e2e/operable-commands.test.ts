import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { config, IN_MEMORY, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const BIG = '{"n":12345678901234567890}';

const start = (adminUrl: string, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...args], {
    env: { ...process.env, III_STREAM_ADMIN: adminUrl },
    stdio: ['pipe', 'pipe', 'pipe'],
  });

async function run(adminUrl: string, args: readonly string[], input = '') {
  const child = start(adminUrl, args);
  child.stdin!.end(input);
  let out = '';
  let error = '';
  child.stdout!.on('data', (data) => {
    out += data;
  });
  child.stderr!.on('data', (data) => {
    error += data;
  });
  const [code] = await once(child, 'close');
  return { code, out, error };
}

/** Lines of a process as they come. */
class Lines {
  text = '';
  readonly #stream: NodeJS.ReadableStream;
  constructor(stream: NodeJS.ReadableStream) {
    this.#stream = stream;
    stream.on('data', (data) => {
      this.text += data;
    });
  }
  async count(count: number): Promise<string[]> {
    while (this.text.split('\n').length <= count) await once(this.#stream, 'data');
    return this.text.trimEnd().split('\n');
  }
}

const yaml = (adminPort = '0') => config(IN_MEMORY).replace('admin: false', `admin: { port: ${adminPort} }`);

test('the commands write, read, list and delete, keep values exact and say how it went', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml(), directory: directory.path });
  const cli = (...args: string[]) => run(server.adminUrl, args);
  const set = await cli('set', 's', 'g', 'i', BIG);
  assert.deepEqual([set.code, set.out], [0, `{"new_value":${BIG},"old_value":null}\n`]);
  assert.deepEqual(await cli('get', 's', 'g', 'i'), { code: 0, out: `${BIG}\n`, error: '' });
  assert.equal((await run(server.adminUrl, ['set', 's', 'g', 'j', '-'], '{"from":\n"stdin"}')).code, 0);
  const [streams, groups, items] = await Promise.all([cli('list'), cli('list', 's'), cli('list', 's', 'g')]);
  assert.deepEqual([streams.out, groups.out], ['{"id":"s","groups":["g"]}\n', '"g"\n']);
  const [first, second] = items.out.trim().split('\n');
  assert.match(first as string, /^\{"id":"i","rev":1,"timestamp":\d+,"data":\{"n":12345678901234567890\}\}$/);
  assert.deepEqual(JSON.parse(second as string).data, { from: 'stdin' });
  assert.equal((await cli('delete', 's', 'g', 'i')).code, 0);
  const [missing, notJson, unknown, none] = await Promise.all([
    cli('get', 's', 'g', 'i'),
    cli('set', 's', 'g', 'i', 'text'),
    cli('frobnicate'),
    run('http://127.0.0.1:1', ['get', 's', 'g', 'i']),
  ]);
  assert.deepEqual([missing.code, missing.out], [1, '']);
  assert.deepEqual([notJson.code, unknown.code, none.code], [2, 2, 1]);
  assert.match(notJson.error, /not JSON/);
  assert.match(none.error, /no iii-stream server replies at http:\/\/127\.0\.0\.1:1 \(.+\); start one/);
  const backup = await cli('backup', `${directory.path}/b`);
  assert.deepEqual([backup.code, /in_memory store has no files/.test(backup.error)], [1, true]);
});

test('set --if-rev writes only over the rev it names, and says what is there instead', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml(), directory: directory.path });
  const set = (...args: string[]) => run(server.adminUrl, ['set', 's', 'g', 'i', ...args]);
  assert.equal((await set('{"n":1}', '--if-rev', '0')).code, 0);
  assert.equal((await set('{"n":2}', '--if-rev', '1')).code, 0);
  const [stale, malformed] = await Promise.all([
    set('{"n":3}', '--if-rev', '1'),
    set('4', '--if-rev', '1.5'),
  ]);
  assert.equal(stale.code, 1);
  assert.match(stale.out, /"outcome":"conflict"/);
  assert.equal(JSON.parse(stale.out).rev, 2);
  assert.deepEqual([malformed.code, malformed.out], [2, '']);
  assert.match(malformed.error, /--if-rev: must be a whole number/);
  const now = await run(server.adminUrl, ['get', 's', 'g', 'i']);
  assert.equal(now.out, '{"n":2}\n');
});

test('health says whether the server is ready, and why not, by its exit code too', async () => {
  const reasons = ['the disk is full', 'the engine is not connected'];
  let status = 503;
  const server = createServer((_request, response) => {
    response.statusCode = status;
    response.end(JSON.stringify(status === 200 ? { ready: true, reasons: [] } : { ready: false, reasons }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const not = await run(url, ['health']);
  assert.deepEqual([not.code, JSON.parse(not.out)], [1, { ready: false, reasons }]);
  status = 200;
  assert.equal((await run(url, ['health'])).code, 0);
  server.close();
  const away = await run(url, ['health']);
  assert.equal(away.code, 1);
  assert.match(away.error, /no iii-stream server replies/);
});

test('tail prints what happens, comes back after a restart, and resumes with --since', async () => {
  await using directory = await temporaryDirectory();
  let server: RunningServer = await startServer({ yaml: yaml(), directory: directory.path });
  const { adminUrl } = server;
  const child = start(adminUrl, ['tail', 's', 'g']);
  try {
    const lines = new Lines(child.stdout!);
    await lines.count(1);
    await run(adminUrl, ['set', 's', 'g', 'i', BIG]);
    const [, created] = await lines.count(2);
    assert.ok(created?.includes(BIG));
    await run(adminUrl, ['send', 's', 'g', 'ping', '[1]']);
    const [, , event] = await lines.count(3);
    assert.deepEqual(JSON.parse(event as string).event, {
      type: 'event',
      event: { type: 'ping', data: [1] },
    });

    const { epoch } = JSON.parse(created as string);
    await run(adminUrl, ['set', 's', 'g', 'j', '2']);
    await lines.count(4);
    const resumed = start(adminUrl, ['tail', 's', 'g', '--since', `${epoch}:1`]);
    const later = await new Lines(resumed.stdout!).count(2);
    assert.deepEqual(
      later.map((line) => [JSON.parse(line).type, JSON.parse(line).seq]),
      [
        ['subscribed', 2],
        ['stream', 2],
      ],
    );
    resumed.kill('SIGINT');
    const error = new Lines(resumed.stderr!);
    assert.deepEqual((await once(resumed, 'close'))[0], 0);
    assert.equal(error.text, `resume with --since ${epoch}:2\n`);

    assert.equal(await server.stop(), 0);
    server = await startServer({ yaml: yaml(new URL(adminUrl).port), directory: directory.path });
    // Another epoch: the data is gone, and tail says so.
    const [, , , , again, sync] = await lines.count(6);
    assert.deepEqual(
      [
        JSON.parse(again as string).mode,
        JSON.parse(again as string).reason,
        JSON.parse(sync as string).event,
      ],
      ['sync', 'epoch', { type: 'sync', data: [] }],
    );
    child.kill('SIGINT');
    assert.equal((await once(child, 'close'))[0], 0);
  } finally {
    child.kill('SIGKILL');
    await server.kill();
  }
});

test('update and call print what the server returned, and a version needs no server', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml(), directory: directory.path });
  const cli = (...args: string[]) => run(server.adminUrl, args);
  const ops = '[{"type":"increment","path":"n","by":2}]';
  const updated = await cli('update', 's', 'g', 'i', ops);
  assert.deepEqual([updated.code, JSON.parse(updated.out).new_value], [0, { n: 2 }]);
  const payload = '{"stream_name":"s","group_id":"g"}';
  assert.deepEqual(await cli('call', 'stream::list', payload), { code: 0, out: '[{"n":2}]\n', error: '' });
  const missing = await cli('call', 'nothing::here');
  assert.deepEqual([missing.code, missing.out], [1, '']);
  assert.equal((await cli('update', 's', 'g', 'i')).code, 2);
  assert.match((await run('http://127.0.0.1:1', ['--version'])).out, /^\d+\.\d+\.\d+\n$/);
});
