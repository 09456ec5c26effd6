import assert from 'node:assert/strict';
import { CLOSE_CODE, SOCKET_ERROR, SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { ClientCase, Script } from '../script.js';

const define = (claim: string, run: ClientCase['run']): ClientCase => ({ id: `refusals/${claim}`, run });

/** Milliseconds in which a client that tries again would have. */
const LONG_ENOUGH = 3_000;

async function gaveUp(t: Script): Promise<void> {
  const { connections } = t.server;
  const joins = t.server.joins.length;
  await t.quiet(LONG_ENOUGH);
  assert.deepEqual([t.server.connections, t.server.joins.length], [connections, joins], 'it tried again');
}

/** A message that no server should send: the client survives it, and ends in the right state. */
const survives = (claim: string, message: (t: Script) => object | string): ClientCase =>
  define(claim, async (t) => {
    await t.begin('a', 'b');
    t.server.send(message(t));
    t.write('c', '-a');
    await t.shows();
    t.write('b');
    await t.shows();
    assert.ok(t.views.every(({ items }) => items?.every(({ id }) => ['a', 'b', 'c'].includes(id))));
  });

export const refusalCases: readonly ClientCase[] = [
  define('a-join-that-is-not-authorised-is-not-tried-again', async (t) => {
    t.once(() => [t.model.message(null, { type: STREAM_EVENT.unauthorized })]);
    await t.joined(1);
    await t.until('it says so', () => t.status === undefined || t.status === 'error');
    await gaveUp(t);
  }),
  define('a-broken-rule-is-not-tried-again', async (t) => {
    await t.begin('a');
    t.server.close(CLOSE_CODE.policyViolation, 'no');
    await gaveUp(t);
  }),
  define('a-client-that-is-not-let-in-does-not-try-again', async (t) => {
    t.server.greet = ({ ws }) => {
      ws.close(CLOSE_CODE.unauthorized, 'unauthorized');
      return true;
    };
    await t.until('it connects', () => t.server.connections > 0);
    await gaveUp(t);
  }),
  define('a-server-that-cannot-say-is-asked-again', async (t) => {
    t.server.greet = ({ ws }) => {
      if (t.server.connections === 3) t.server.greet = undefined;
      ws.close(CLOSE_CODE.unavailable, 'auth_unavailable');
      return true;
    };
    await t.begin('a');
  }),
  ...[SOCKET_ERROR.unavailable, SOCKET_ERROR.tooManyJoins].map((code) =>
    define(`a-join-refused-as-${code.replaceAll('_', '-')}-is-tried-again`, async (t) => {
      t.once(({ subscriptionId }) => [
        { type: SOCKET_MESSAGE.error, code, message: 'later', subscriptionId },
      ]);
      await t.begin('a');
      assert.equal(t.server.joins.length, 2);
    }),
  ),
  survives('no-json-is-survived', () => 'this is not JSON'),
  survives('null-is-survived', () => 'null'),
  survives('a-message-without-an-event-is-survived', (t) => ({
    ...t.model.change('update', 'a', 9),
    event: undefined,
  })),
  survives('an-event-of-an-unknown-type-is-survived', (t) =>
    t.model.message('a', { type: 'patch', data: {} } as never, 3),
  ),
  survives('a-seq-that-goes-back-is-survived', (t) => t.model.change('update', 'a', 2)),
  survives('an-update-of-what-nobody-created-is-survived', (t) => ({
    ...t.model.change('update', 'ghost', 3),
    epoch: 'none',
  })),
];
