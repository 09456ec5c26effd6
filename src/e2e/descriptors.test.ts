import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Caller } from './testing/caller.js';
import { config, FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';

const OPEN_FILES = 128;
/** Two of them fill a segment of the log (16 MiB), so that each third write opens a file. */
const LARGE = 'x'.repeat(3_900_000);
const limits = 'limits: { outbox_bytes: 16777216 }';

/** Connects until it is refused, or `most` are connected; returns the sockets and why the last one was not. */
async function connect(url: string, most: number) {
  const sockets: WebSocket[] = [];
  for (;;) {
    if (sockets.length >= most) return { sockets, status: undefined };
    const socket = new WebSocket(url);
    const status = await new Promise<number | undefined>((resolve) => {
      socket.once('open', () => resolve(undefined));
      socket.once('unexpected-response', (_, response) => resolve(response.statusCode));
      socket.once('error', () => resolve(0));
    });
    if (status !== undefined) return { sockets, status };
    sockets.push(socket);
  }
}

for (const [who, where] of [
  ['clients', 'streamUrl'],
  ['workers', 'engineUrl'],
] as const) {
  test(`as many idle ${who} as connect do not stop the durable store`, async () => {
    await using directory = await temporaryDirectory();
    const yaml = config(FILE_BASED, limits);
    await using server = await startServer({ yaml, directory: directory.path, openFiles: OPEN_FILES });
    assert.match(server.log(), /"max_sockets":64,"open_files":128/);
    await using caller = await Caller.open(server.engineUrl);
    const { sockets, status } = await connect(server[where], 2 * OPEN_FILES);
    try {
      if (who === 'clients') assert.deepEqual([sockets.length, status], [64, 503]);
      else assert.ok(sockets.length < OPEN_FILES, `${sockets.length} workers`);
      // Connections that were accepted and not served yet count, too.
      const idle = Array.from({ length: 8 }, () => new WebSocket(server[where]).on('error', () => {}));
      await wait(100);
      for (let n = 0; n < 14; n += 1) await caller.set('s', 'g', `i${n}`, LARGE);
      if (who === 'workers') {
        while (!/no file descriptor is free/.test(server.log())) await once(server.process.stderr!, 'data');
      }
      for (const socket of idle) socket.terminate();
    } finally {
      for (const socket of sockets) socket.terminate();
    }
  });
}
