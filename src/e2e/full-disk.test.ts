import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Caller } from './testing/caller.js';
import { config, FAULTY_MAIN, FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const adminOn = (yaml: string): string => yaml.replace('admin: false', 'admin: { port: 0 }');

test('a start on a full disk serves reads, holds its lock, and takes writes when there is room', async () => {
  await using directory = await temporaryDirectory();
  const faultFile = join(directory.path, 'fault');
  const yaml = adminOn(config(FILE_BASED));
  const start = { yaml, directory: directory.path, main: FAULTY_MAIN, env: { FAULT_FILE: faultFile } };
  {
    await using server = await startServer(start);
    await using caller = await Caller.open(server.engineUrl);
    await caller.set('s', 'g', 'i', 1);
    assert.equal(await server.stop(), 0);
  }
  await writeFile(faultFile, 'write ENOSPC');
  await using server = await startServer(start);
  await using caller = await Caller.open(server.engineUrl);
  assert.deepEqual(await caller.list('s', 'g'), [1]);
  await using client = await SocketClient.open(`${server.streamUrl}/stream/s/g`);
  assert.deepEqual((await client.find(({ event }) => event?.type === 'sync')).event.data, [1]);
  await assert.rejects(caller.set('s', 'g', 'i', 2), /read_only: .*ENOSPC/);
  const ready = await fetch(`${server.adminUrl}/readyz`);
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /ENOSPC/);
  await assert.rejects(startServer({ ...start, env: {} }), /is in use by process/);
  await writeFile(faultFile, '');
  while (!server.log().includes('the store takes writes again')) await once(server.process.stderr!, 'data');
  await caller.set('s', 'g', 'i', 3);
  assert.equal(await server.stop(), 0);
});

/** Gives a directory a device of its own; undefined, and why, where this user may not mount one. */
function mount(t: TestContext, directory: string, megabytes: number): Disposable | undefined {
  const options = `size=${megabytes}m`;
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory], {
    encoding: 'utf8',
  });
  if (status === 0) return { [Symbol.dispose]: () => void spawnSync('umount', ['-l', directory]) };
  t.skip(`needs mount, as root: ${stderr}`);
  return undefined;
}

test('a disk of 64 MB with 24 MB alive takes ten times that in writes', async (t) => {
  await using directory = await temporaryDirectory();
  using device = mount(t, directory.path, 64);
  if (device === undefined) return;
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  const value = 'x'.repeat(500_000);
  for (let n = 0; n < 500; n += 2) {
    const writes = [n, n + 1].map((one) => caller.set('s', 'g', `i${one % 48}`, value));
    await Promise.all(writes).catch((error: Error) => assert.fail(`${n}: ${error.message}\n${server.log()}`));
  }
  assert.equal((await caller.list('s', 'g')).length, 48);
  assert.equal(await server.stop(), 0);
  await using again = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  assert.match(again.log(), /"items":48/);
});
