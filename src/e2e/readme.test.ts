import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { config, FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const README = new URL('../../README.md', import.meta.url);
/** Beside this file, so that they find the SDK and the client. */
const CLIENT = fileURLToPath(new URL('./readme-client.generated.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('./readme-worker.generated.ts', import.meta.url));

test("the README's worker does what the README says, and its client sees it", async () => {
  const readme = await readFile(README, 'utf8');
  const [, block] = /<!-- worker:[^>]*-->\s+```ts\n(.*?)```/s.exec(readme) ?? [];
  const [, follower] = /<!-- client:[^>]*-->\s+```ts\n(.*?)```/s.exec(readme) ?? [];
  assert.ok(block && follower);
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  await using client = await SocketClient.open(`${server.streamUrl}/stream/presence/room-1/`);
  await client.find((message) => message.event.type === 'sync');
  await writeFile(
    WORKER,
    `${block.replace('ws://localhost:49134', server.engineUrl)}\nawait iii.shutdown();\n`,
  );
  const socket = "import { WebSocket } from 'ws';\nObject.assign(globalThis, { WebSocket });\n";
  const local = follower
    .replace('ws://localhost:3112', server.streamUrl)
    .replace('iii-stream/client', '../client/index.js');
  await writeFile(CLIENT, socket + local);
  const shown = spawn(process.execPath, ['--import', 'tsx', CLIENT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let printed = '';
    shown.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    while (!printed.includes('live []')) await once(shown.stdout, 'data');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', WORKER]);
    assert.match(stdout, /\[ \{ id: 'user-123', name: 'Alice', visits: 2 \} \]/);
    const update = await client.find((message) => message.event.type === 'update');
    assert.deepEqual(update.event.data, { id: 'user-123', name: 'Alice', visits: 2 });
    assert.deepEqual(
      client.messages.map(({ seq }) => seq),
      [0, 1, 2],
    );
    const last = "live [ { id: 'user-123', name: 'Alice', visits: 2 } ]";
    while (!printed.includes(last)) await once(shown.stdout, 'data');
  } finally {
    shown.kill();
    await rm(WORKER);
    await rm(CLIENT);
  }
});
