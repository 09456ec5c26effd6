import assert from 'node:assert/strict';
import { FUNCTION, SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { Context } from '../../runner/context.js';
import { onLeave } from '../triggers/setup.js';
import { limits, strict } from './setup.js';

const FLOOD = 260;

/** So many calls with 26 MB in all: more than the buffers of the network and of the server hold together. */
async function flood(t: Context, functionId: string, more: object): Promise<void> {
  const worker = await t.main();
  const data = 'x'.repeat(100_000);
  for (let i = 0; i < FLOOD; i += 20) {
    const calls = Array.from({ length: 20 }, () => worker.call(functionId, { ...t.at, ...more, data }));
    await Promise.all(calls);
  }
}

export const stallCases = [
  strict(
    'custom-events-that-a-stalled-client-missed-are-counted',
    async (t) => {
      const { client } = await t.follow();
      client.pause();
      await flood(t, FUNCTION.send, { type: 't' });
      client.resume();
      let accounted = 0;
      while (accounted < FLOOD) {
        const message = await client.next('an event, or the count of those that were missed');
        accounted += message.type === SOCKET_MESSAGE.dropped ? message.count : 1;
      }
      assert.equal(accounted, FLOOD);
    },
    // However long the calls take: a client that takes nothing for long is dropped.
    { ...limits({ outbox_bytes: 65_536, slow_client_timeout_ms: 600_000 }), needs: ['dropped-events'] },
  ),
  strict(
    'a-client-that-takes-nothing-is-dropped',
    async (t) => {
      const { calls } = await onLeave(t);
      const { client, id } = await t.follow();
      client.pause();
      await flood(t, FUNCTION.set, { item_id: 'a' });
      assert.equal((await calls.next('a leave')).subscription_id, id);
    },
    // A server may take its time for the goodbye that such a client does not read.
    { ...limits({ outbox_bytes: 65_536, slow_client_timeout_ms: 200 }), timeoutMs: 30_000 },
  ),
];
