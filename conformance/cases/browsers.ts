import assert from 'node:assert/strict';
import { CLOSE_CODE, SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import { area } from '../runner/case.js';
import { address, type Context } from '../runner/context.js';
import { offer } from './auth/auth.js';
import { acknowledged } from './resume/setup.js';

const AUTH = 'conformance::auth';
const guarded = area('browsers', {
  needs: ['auth'],
  config: { auth_function: AUTH },
  exclusive: true,
});
const { resume } = area('browsers');

/** The code that closes a socket which asked for reasons. */
async function closeCode(t: Context, path = '/', origin?: string): Promise<number> {
  const mark = path.includes('?') ? '&' : '?';
  const client = await t.socket(`${path}${mark}explain=1`, origin ? { headers: { Origin: origin } } : {});
  return (await client.closed).code;
}

/** What this server adds for browsers, which see neither pings nor why an upgrade was refused. */
export const browserCases = [
  resume('a-ping-message-gets-a-pong', async (t) => {
    const client = await t.socket();
    client.send({ type: SOCKET_MESSAGE.ping });
    assert.equal((await client.next('the pong')).type, SOCKET_MESSAGE.pong);
  }),
  resume('an-acknowledgement-offers-pings', async (t) => {
    const client = await t.socket();
    client.join({ ...address(t.at), ack: true });
    assert.equal((await acknowledged(client)).ping, true);
  }),
  resume('a-refused-path-closes-with-its-status', async (t) => {
    assert.equal(await closeCode(t, '/nowhere'), CLOSE_CODE.notFound);
    assert.equal(await closeCode(t, '/stream/%ff/group'), CLOSE_CODE.badRequest);
    assert.equal(await t.refusal('/nowhere?explain=0'), 404);
  }),
  guarded.resume('a-client-that-is-not-let-in-is-told-so', async (t) => {
    const { worker } = await offer(t, ({ query_params }) =>
      query_params.go ? worker.terminate() : undefined,
    );
    assert.equal(await closeCode(t), CLOSE_CODE.unauthorized);
    assert.equal(await closeCode(t, `/stream/${t.at.stream_name}/g`), CLOSE_CODE.unauthorized);
    assert.equal(await closeCode(t, '/?go=1'), CLOSE_CODE.unavailable);
  }),
  guarded.resume('what-is-sent-before-the-client-is-let-in-is-read-after-it', async (t) => {
    let letIn = (): void => {};
    let called = (): void => {};
    const asked = new Promise<void>((resolve) => {
      called = resolve;
    });
    await offer(t, () => {
      called();
      return new Promise((resolve) => {
        letIn = () => resolve({ context: {} });
      });
    });
    const client = await t.socket('/?explain=1');
    client.join(address(t.at));
    await asked;
    letIn();
    assert.equal((await client.nextStream('the sync')).event.type, STREAM_EVENT.sync);
  }),
  resume(
    'an-address-with-too-many-sockets-is-told-so',
    async (t) => {
      await t.socket();
      assert.equal(await closeCode(t), CLOSE_CODE.tooManySockets);
    },
    { needs: ['limits'], config: { limits: { sockets_per_address: 1 } }, exclusive: true },
  ),
  resume(
    'a-foreign-origin-is-told-so',
    async (t) => {
      assert.equal(await closeCode(t, '/', 'https://evil.example'), CLOSE_CODE.originNotAllowed);
    },
    { needs: ['origins'], config: { allowed_origins: ['https://app.example'] } },
  ),
];
