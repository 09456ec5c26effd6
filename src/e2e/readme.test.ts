import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { config, FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const README = new URL('../../README.md', import.meta.url);
/** Beside this file, so that it finds the SDK. */
const WORKER = fileURLToPath(new URL('./readme-worker.generated.ts', import.meta.url));

test("the README's worker does what the README says, and its client sees it", async () => {
  const [, block] = /<!-- worker:[^>]*-->\s+```ts\n(.*?)```/s.exec(await readFile(README, 'utf8')) ?? [];
  assert.ok(block);
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  await using client = await SocketClient.open(`${server.streamUrl}/stream/presence/room-1/`);
  await client.find((message) => message.event.type === 'sync');
  await writeFile(
    WORKER,
    `${block.replace('ws://localhost:49134', server.engineUrl)}\nawait iii.shutdown();\n`,
  );
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', WORKER]);
    assert.match(stdout, /\[ \{ id: 'user-123', name: 'Alice', visits: 2 \} \]/);
    const update = await client.find((message) => message.event.type === 'update');
    assert.deepEqual(update.event.data, { id: 'user-123', name: 'Alice', visits: 2 });
    assert.deepEqual(
      client.messages.map(({ seq }) => seq),
      [0, 1, 2],
    );
  } finally {
    await rm(WORKER);
  }
});
