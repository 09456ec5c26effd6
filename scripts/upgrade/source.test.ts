import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { ENGINE_FUNCTION } from '../../generated/constants.js';
import {
  encodeInvocationResultMessage,
  encodeWorkerRegisteredMessage,
} from '../../generated/messages/worker.js';
import { jsonOf } from '../../src/wire/json-text.js';
import { readSource } from './source.js';

const LISTS: Readonly<Record<string, unknown>> = {
  [ENGINE_FUNCTION.listFunctions]: {
    functions: [
      { function_id: 'stream::set', description: 'Sets.', request_format: { type: 'object' } },
      { function_id: 'stream::set(mine)' },
      { function_id: 'other::f' },
    ],
  },
  [ENGINE_FUNCTION.listTriggerTypes]: {
    trigger_types: [{ id: 'stream:join' }, { id: 'stream' }, { id: 'cron' }],
  },
};

test('a running engine is asked for our functions and trigger types alone', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (ws) => {
    // Everything at once: what comes between two questions is not lost.
    ws.on('message', (data) => {
      const { invocation_id, function_id } = JSON.parse(String(data)) as Record<string, string>;
      ws.send(
        encodeWorkerRegisteredMessage({ reattach_token: undefined, features: undefined, worker_id: 'w' }),
      );
      ws.send(
        encodeInvocationResultMessage({
          invocation_id: invocation_id as string,
          function_id: function_id as string,
          result: jsonOf(LISTS[function_id as string]),
          error: undefined,
          traceparent: undefined,
          baggage: undefined,
        }),
      );
    });
  });
  try {
    const { port } = server.address() as AddressInfo;
    const { reference, origin } = await readSource(`ws://127.0.0.1:${port}`);
    assert.deepEqual(
      reference.functions.map(({ name, description }) => [name, description]),
      [['stream::set', 'Sets.']],
    );
    assert.deepEqual(
      reference.triggers.map(({ name }) => name),
      ['stream', 'stream:join'],
    );
    assert.equal(origin, `the engine at 127.0.0.1:${port}`);
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});
