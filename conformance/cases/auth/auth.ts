import assert from 'node:assert/strict';
import {
  ENGINE_FUNCTION,
  INVOCATION_ERROR,
  STREAM_EVENT,
  SUBPROTOCOL,
} from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import { address, type Context } from '../../runner/context.js';
import { type Handler, HandlerError } from '../../wire/wiring.js';
import type { WorkerClient } from '../../wire/worker-client.js';
import { PROBE_PARAMETER } from '../triggers/probe.js';
import { onJoin, onLeave } from '../triggers/setup.js';

const AUTH = 'conformance::auth';
const { documented, strict } = area('auth', {
  needs: ['auth'],
  config: { auth_function: AUTH },
  exclusive: true,
});

interface AuthInput {
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly query_params: Readonly<Record<string, readonly string[]>>;
  readonly addr: string;
}

/** Offers the auth function for as long as the case lasts; returns what it was asked. */
export async function offer(
  t: Context,
  answer: (input: AuthInput) => unknown,
): Promise<{ worker: WorkerClient; asked: AuthInput[] }> {
  const asked: AuthInput[] = [];
  const worker = await t.worker();
  const handler = (input: AuthInput): unknown => {
    // A connection that only probes a trigger is let in, whatever the case is about.
    if (input.query_params?.[PROBE_PARAMETER] !== undefined) return { context: {} };
    asked.push(input);
    return answer(input);
  };
  worker.on(AUTH, handler as Handler);
  await worker.settle();
  return { worker, asked };
}

/** Waits until the worker of the case before is gone. */
async function withdrawn(t: Context): Promise<void> {
  const isGone = async (): Promise<boolean> => {
    const { message } = await (await t.main()).reply(AUTH, {});
    return message.error?.code === INVOCATION_ERROR.functionNotFound;
  };
  const trying = async (): Promise<void> => {
    while (!(await isGone()));
  };
  await t.waits.for('the end of the auth function of the case before', trying());
}

const header = (headers: AuthInput['headers'], name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];

export const authCases = [
  documented('the-function-gets-the-request', async (t) => {
    const { asked } = await offer(t, () => ({ context: {} }));
    await t.socket('/?room=1&room=2&token=x', {
      headers: { Authorization: 'Bearer secret', 'X-Other': 'y' },
    });
    const [input] = asked;
    assert(input !== undefined);
    assert.equal(header(input.headers, 'authorization'), 'Bearer secret');
    assert.equal(header(input.headers, 'x-other'), 'y');
    assert(input.path.startsWith('/'), `path is ${input.path}`);
    assert.deepEqual(input.query_params, { room: ['1', '2'], token: ['x'] });
    assert(input.addr.includes('127.0.0.1') || input.addr.includes('::1'), `addr is ${input.addr}`);
  }),
  documented('a-request-without-a-query-has-no-query-params', async (t) => {
    const { asked } = await offer(t, () => ({ context: {} }));
    await t.socket('/');
    assert.deepEqual(asked[0]?.query_params, {});
  }),
  documented('a-browsers-token-is-in-the-headers', async (t) => {
    const { asked } = await offer(t, () => ({ context: {} }));
    const client = await t.socket('/', { protocols: [SUBPROTOCOL.authorization, 'secret'] });
    assert(
      header(asked[0]?.headers ?? {}, 'sec-websocket-protocol')?.includes('secret'),
      'the token is there',
    );
    assert.equal(client.protocol, SUBPROTOCOL.authorization);
  }),
  documented('a-client-with-a-context-is-let-in', async (t) => {
    await offer(t, () => ({ context: { name: 'John Doe' } }));
    const { client } = await t.follow();
    await t.set('a', 1);
    assert.deepEqual(await client.take(1), [[STREAM_EVENT.create, 'a', 1]]);
  }),
  documented('an-empty-object-lets-in', async (t) => {
    await offer(t, () => ({}));
    await t.follow();
  }),
  documented('a-null-context-lets-in', async (t) => {
    await offer(t, () => ({ context: null }));
    await t.follow();
  }),
  documented('the-context-reaches-join-handlers', async (t) => {
    await offer(t, () => ({ context: { name: 'John Doe', roles: ['a'] } }));
    const { calls } = await onJoin(t);
    await t.follow();
    assert.deepEqual((await calls.next('a join')).context, { name: 'John Doe', roles: ['a'] });
  }),
  documented('the-context-reaches-leave-handlers', async (t) => {
    await offer(t, () => ({ context: { name: 'John Doe' } }));
    const { calls } = await onLeave(t);
    await (await t.follow()).client.close();
    assert.deepEqual((await calls.next('a leave')).context, { name: 'John Doe' });
  }),
  documented('each-client-has-its-own-context', async (t) => {
    await offer(t, ({ query_params }) => ({ context: query_params.who?.[0] }));
    const { calls } = await onJoin(t);
    for (const who of ['ann', 'bob']) {
      const client = await t.socket(`/?who=${who}`);
      client.join(address(t.at));
      assert.equal((await calls.next('a join')).context, who);
    }
  }),
  documented('the-function-is-asked-once-per-connection', async (t) => {
    const { asked } = await offer(t, () => ({ context: {} }));
    const { client } = await t.follow();
    client.join(address({ ...t.at, group_id: 'g2' }));
    await client.nextStream('the second sync');
    assert.equal(asked.length, 1);
    await t.follow();
    assert.equal(asked.length, 2);
  }),
  strict('the-upgrade-waits-for-the-answer', async (t) => {
    const order: string[] = [];
    let allow = (): void => {};
    const { worker } = await offer(
      t,
      () =>
        new Promise((resolve) => {
          order.push('asked');
          allow = () => {
            order.push('answered');
            resolve({ context: {} });
          };
          // The call came; one round trip later the upgrade is still open.
          void t.background(() => worker.call(ENGINE_FUNCTION.listWorkers, {}).then(() => allow()));
        }),
    );
    await t.socket().then(() => order.push('open'));
    assert.deepEqual(order, ['asked', 'answered', 'open']);
  }),
  strict('a-function-that-fails-answers-401', async (t) => {
    await offer(t, () => {
      throw new HandlerError('denied', 'no');
    });
    assert.equal(await t.refusal(), 401);
  }),
  strict('a-function-that-returns-nothing-answers-401', async (t) => {
    await offer(t, () => undefined);
    assert.equal(await t.refusal(), 401);
  }),
  strict('a-function-that-returns-no-object-answers-401', async (t) => {
    const answers: unknown[] = [null, false, true, 'yes', 7, [{ context: {} }]];
    await offer(t, ({ query_params }) => answers[Number(query_params.i?.[0])]);
    for (const i of answers.keys())
      assert.equal(await t.refusal(`/?i=${i}`), 401, JSON.stringify(answers[i]));
  }),
  strict('a-function-that-nobody-offers-answers-503', async (t) => {
    await withdrawn(t);
    assert.equal(await t.refusal(), 503);
  }),
  strict('a-function-whose-worker-goes-answers-503', async (t) => {
    const { worker } = await offer(t, () => {
      worker.terminate();
      return new Promise(() => {});
    });
    assert.equal(await t.refusal(), 503);
  }),
  strict('a-path-subscription-is-asked-for-too', async (t) => {
    await offer(t, () => undefined);
    assert.equal(await t.refusal(`/stream/${t.at.stream_name}/${t.at.group_id}/`), 401);
  }),
  strict('a-path-subscription-passes-its-context-on', async (t) => {
    const { asked } = await offer(t, () => ({ context: 'ann' }));
    const { calls } = await onJoin(t);
    await t.socket(`/stream/${t.at.stream_name}/${t.at.group_id}/?token=x`);
    assert.equal((await calls.next('a join')).context, 'ann');
    assert.deepEqual(asked[0]?.query_params, { token: ['x'] });
    assert.equal(asked[0]?.path, `/stream/${t.at.stream_name}/${t.at.group_id}/`);
  }),
  strict('one-refusal-leaves-others-alone', async (t) => {
    await offer(t, ({ query_params }) => (query_params.bad ? undefined : { context: {} }));
    const { client } = await t.follow();
    assert.equal(await t.refusal('/?bad=1'), 401);
    await t.set('a', 1);
    assert.deepEqual(await client.take(1), [[STREAM_EVENT.create, 'a', 1]]);
  }),
];

const open = area('auth');

export const openCases = [
  open.documented('without-a-function-everybody-is-let-in', async (t) => {
    await t.follow();
  }),
  open.documented('without-a-function-there-is-no-context', async (t) => {
    const { calls } = await onJoin(t);
    await t.follow();
    assert.equal((await calls.next('a join')).context ?? null, null);
  }),
];
