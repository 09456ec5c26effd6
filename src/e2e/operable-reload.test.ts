import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Caller } from './testing/caller.js';
import { Mirror } from './testing/mirror.js';
import {
  config,
  FILE_BASED,
  IN_MEMORY,
  type RunningServer,
  startServer,
  temporaryDirectory,
} from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const APPLIED = /applied the new configuration/g;
const REFUSED = /the new configuration was not applied/g;

/** Waits until the log holds `count` matches; returns the log. */
async function logged(server: RunningServer, pattern: RegExp, count = 1): Promise<string> {
  while ((server.log().match(pattern) ?? []).length < count) await once(server.process.stderr!, 'data');
  return server.log();
}

/** Writes items of new ids, several at once, until it is stopped; answers how many. */
function keepWriting(caller: Caller): () => Promise<number> {
  let going = true;
  let written = 0;
  const writer = async (): Promise<void> => {
    while (going) await caller.set('s', 'g', `w${written++}`, { n: written });
  };
  const writers = Promise.all([writer(), writer(), writer(), writer()]);
  // Whoever stops the writing hears of it; a test that fails before does not.
  writers.catch(() => {});
  return async () => {
    going = false;
    await writers;
    return written;
  };
}

async function status(url: string, headers: Record<string, string> = {}): Promise<string> {
  try {
    await using _client = await SocketClient.open(url, { headers });
    return 'open';
  } catch (error) {
    return (
      /: (\d{3})$/.exec((error as Error).message)?.[1] ?? (error as { code?: string }).code ?? String(error)
    );
  }
}

test('a change of each kind is applied, or refused, under load, and not one change is lost', async () => {
  await using directory = await temporaryDirectory();
  const base = config(IN_MEMORY);
  await using server = await startServer({ yaml: base, directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  const mirror = new Mirror(server.streamUrl, 's', 'g');
  await mirror.connect();
  const stop = keepWriting(caller);
  let applied = 0;
  let refused = 0;
  const write = (text: string) => writeFile(join(directory.path, 'config.yaml'), text);
  const apply = async (text: string) => {
    await write(text);
    return logged(server, APPLIED, ++applied);
  };
  const refuse = async (text: string, why: RegExp) => {
    await write(text);
    const log = await logged(server, REFUSED, ++refused);
    assert.match(log.slice(log.lastIndexOf('"reason"')), why);
  };

  await apply(`${base}limits: { max_name_bytes: 20 }`);
  await assert.rejects(caller.set('s', 'g', 'x'.repeat(21), 1), /limit: item_id/);
  await apply(`${base}auth_function: not-there`);
  assert.equal(await status(server.streamUrl), '503');
  await apply(`${base}allowed_origins: ["https://app.example"]`);
  assert.equal(await status(server.streamUrl, { origin: 'https://evil.example' }), '403');
  assert.equal(await status(server.streamUrl, { origin: 'https://app.example' }), 'open');
  await apply(`${base}log: { level: debug }`);
  assert.equal(await status(server.streamUrl), 'open');
  await logged(server, /"level":"debug"/);

  await refuse(`${base}nonsense: 1`, /nonsense/);
  await refuse(config(FILE_BASED), /adapter: changes with a restart only/);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const moved = base.replace('port: 0', `port: ${port}`);
  await refuse(`${moved}limits: { max_name_bytes: 1 }`, /is taken by another process/);
  assert.equal(await status(server.streamUrl), 'open');
  assert.ok(mirror.connected, 'what was refused touched no client');

  taken.close();
  await once(taken, 'close');
  await write(moved);
  // The file's watcher and the signal may both see it; it is applied once.
  server.process.kill('SIGHUP');
  await logged(server, APPLIED, ++applied);
  assert.equal(await status(server.streamUrl), 'ECONNREFUSED');
  assert.equal(mirror.connected, false);
  mirror.url = `ws://127.0.0.1:${port}`;
  await mirror.connect();

  const written = await stop();
  await mirror.reach(written);
  assert.deepEqual([mirror.seq, mirror.fullSyncs, mirror.resumes], [written, 1, 1]);
  assert.deepEqual(mirror.list, await caller.list('s', 'g'));
  assert.equal(mirror.list.length, written);
  mirror.cut();
  assert.equal(await server.stop(), 0);
});

test('the admin listener moves, goes and comes back', async () => {
  await using directory = await temporaryDirectory();
  const base = config(IN_MEMORY);
  const on = base.replace('admin: false', 'admin: { port: 0 }');
  await using server = await startServer({ yaml: on, directory: directory.path });
  const file = join(directory.path, 'config.yaml');
  assert.equal((await fetch(`${server.adminUrl}/healthz`)).status, 200);
  await writeFile(file, base);
  await logged(server, APPLIED);
  await assert.rejects(fetch(`${server.adminUrl}/healthz`));
  await writeFile(file, on);
  const log = await logged(server, APPLIED, 2);
  const url = [...log.matchAll(/"url":"(http:[^"]+)"/g)].at(-1)?.[1];
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
});
