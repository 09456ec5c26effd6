import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { recordingLogger } from '../testing/logger.js';
import { configOf } from '../testing/start.js';
import { EmbeddedWorkers } from './embedded-workers.js';

test('only pages of this machine, and those that are allowed, connect as workers', async () => {
  await using workers = new EmbeddedWorkers({
    host: '127.0.0.1',
    port: 0,
    config: configOf({}, ['https://app.example']),
    logger: recordingLogger(),
  });
  const { url } = await workers.listen();
  const outcome = async (origin?: string): Promise<string> => {
    const socket = new WebSocket(url, origin === undefined ? {} : { origin });
    try {
      await once(socket, 'open');
      return 'open';
    } catch (error) {
      return (error as Error).message;
    } finally {
      socket.terminate();
    }
  };
  for (const origin of [undefined, 'http://localhost:3000', 'http://127.0.0.1', 'https://app.example']) {
    assert.equal(await outcome(origin), 'open', String(origin));
  }
  for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null']) {
    assert.match(await outcome(origin), /403/, origin);
  }
});
