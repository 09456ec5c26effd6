import assert from 'node:assert/strict';
import {
  CLOSE_CODE,
  ERROR_CODE,
  FUNCTION,
  SOCKET_ERROR,
  SOCKET_MESSAGE,
  STREAM_EVENT,
} from '../../../generated/constants.js';
import { always, assertError, SMALL, strict } from './setup.js';

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`);

export const sizeCases = [
  always('a-name-of-512-bytes-is-taken-and-one-more-refused', async (t) => {
    await t.set('i'.repeat(512), 1);
    const { code, message } = await t.error(FUNCTION.set, { ...t.at, item_id: 'i'.repeat(513), data: 1 });
    assert.equal(code, ERROR_CODE.set);
    assert(message.includes('item_id'), `expected "${message}" to name the field`);
  }),
  always('names-are-measured-in-bytes', async (t) => {
    await t.set('é'.repeat(256), 1);
    await t.error(FUNCTION.set, { ...t.at, item_id: 'é'.repeat(257), data: 1 });
  }),
  strict(
    'each-name-of-a-function-is-bounded',
    async (t) => {
      const at = { ...t.at, item_id: 'i' };
      for (const field of Object.keys(at)) {
        const { message } = await t.error(FUNCTION.get, { ...at, [field]: 'x'.repeat(41) });
        assert(message.includes(field), `expected "${message}" to name ${field}`);
      }
      assert.equal(
        (await t.error(FUNCTION.send, { ...at, id: 'x'.repeat(41), type: 't', data: 1 })).code,
        ERROR_CODE.send,
      );
    },
    SMALL,
  ),
  strict(
    'names-of-a-join-are-bounded',
    async (t) => {
      const client = await t.socket();
      client.join({ streamName: t.at.stream_name, groupId: 'x'.repeat(41) });
      assertError(await client.next(), SOCKET_ERROR.nameTooLong);
      client.join({ streamName: t.at.stream_name, groupId: 'x'.repeat(40) });
      assert.deepEqual(await client.take(1), [[STREAM_EVENT.sync, null, []]]);
    },
    { ...SMALL, needs: ['socket-errors'] },
  ),
  strict(
    'a-value-that-nests-too-deep-is-refused',
    async (t) => {
      const at = { ...t.at, item_id: 'a' };
      await t.call(FUNCTION.set, { ...at, data: nested(18) });
      assert.equal((await t.error(FUNCTION.set, { ...at, data: nested(21) })).code, ERROR_CODE.set);
      assert.equal(
        (await t.error(FUNCTION.send, { ...at, type: 't', data: nested(21) })).code,
        ERROR_CODE.send,
      );
    },
    SMALL,
  ),
  strict(
    'a-socket-message-that-nests-too-deep-is-refused',
    async (t) => {
      const client = await t.socket();
      client.sendText(JSON.stringify({ type: SOCKET_MESSAGE.join, data: { deep: nested(30) } }));
      assertError(await client.next(), SOCKET_ERROR.messageTooDeep);
    },
    { ...SMALL, needs: ['socket-errors'] },
  ),
  strict(
    'an-update-cannot-nest-deeper-than-allowed',
    async (t) => {
      const at = { ...t.at, item_id: 'a' };
      const ops = [{ type: 'set', path: 'x', value: nested(20) }];
      assert.equal((await t.error(FUNCTION.update, { ...at, ops })).code, ERROR_CODE.update);
    },
    SMALL,
  ),
  strict(
    'a-frame-that-is-too-big-closes-the-stream-socket',
    async (t) => {
      const client = await t.socket();
      client.sendText(JSON.stringify({ type: SOCKET_MESSAGE.join, data: { text: 'x'.repeat(25_000) } }));
      assert.equal((await client.closed).code, CLOSE_CODE.messageTooBig);
    },
    SMALL,
  ),
  strict(
    'a-value-that-is-too-big-fails-its-call-and-no-other',
    async (t) => {
      await t.error(FUNCTION.set, { ...t.at, item_id: 'a', data: 'x'.repeat(25_000) });
      assert.equal(await t.call(FUNCTION.get, { ...t.at, item_id: 'a' }), undefined);
    },
    SMALL,
  ),
];
