import assert from 'node:assert/strict';
import { STREAM_EVENT, SUBPROTOCOL } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import { address, type Context } from '../../runner/context.js';

const { documented, strict } = area('socket');
const { sync, create } = STREAM_EVENT;

const pathOf = (t: Context, ...more: readonly string[]): string =>
  `/stream/${[t.at.stream_name, t.at.group_id, ...more].map(encodeURIComponent).join('/')}`;

export const handshakeCases = [
  documented('a-path-subscribes-to-its-group', async (t) => {
    await t.set('a', 1);
    const client = await t.socket(`${pathOf(t)}/`);
    // The upgrade is complete before the sync is read: a change that is made now may be part of it.
    assert.deepEqual(await client.take(1), [[sync, null, [1]]]);
    await t.set('b', 2);
    assert.deepEqual(await client.take(1), [[create, 'b', 2]]);
  }),
  strict('a-path-needs-no-trailing-slash', async (t) => {
    await t.set('a', 1);
    const client = await t.socket(pathOf(t));
    assert.deepEqual(await client.take(1), [[sync, null, [1]]]);
  }),
  strict('a-path-may-name-an-item', async (t) => {
    await t.set('a', 1);
    for (const path of [pathOf(t, 'a'), `${pathOf(t, 'a')}/`]) {
      assert.deepEqual(await (await t.socket(path)).take(1), [[sync, 'a', 1]]);
    }
  }),
  strict('names-in-a-path-are-percent-encoded', async (t) => {
    const at = { stream_name: `${t.name('s')} /:%ü`, group_id: 'ä/🙂?#' };
    await t.set('a', 1, at);
    const path = `/stream/${encodeURIComponent(at.stream_name)}/${encodeURIComponent(at.group_id)}/`;
    const message = await (await t.socket(path)).nextStream();
    assert.deepEqual([message.streamName, message.groupId], [at.stream_name, at.group_id]);
    assert.deepEqual(message.event, { type: sync, data: [1] });
  }),
  strict('a-path-subscription-takes-joins-too', async (t) => {
    const other = { ...t.at, group_id: t.name('other') };
    const client = await t.socket(`${pathOf(t)}/`);
    await client.nextStream('the sync');
    client.join(address(other));
    assert.equal((await client.nextStream()).groupId, other.group_id);
    await t.set('a', 1, other);
    await t.set('b', 2);
    assert.deepEqual(await client.take(2), [
      [create, 'a', 1],
      [create, 'b', 2],
    ]);
  }),
  strict('a-path-and-a-join-of-the-same-group-get-a-change-once', async (t) => {
    const client = await t.socket(`${pathOf(t)}/`);
    await client.nextStream('the sync');
    client.join(address(t.at));
    await client.nextStream('the second sync');
    await t.set('a', 1);
    assert.deepEqual(await t.before(client), [[create, 'a', 1]]);
  }),
  strict('an-unknown-path-is-refused-with-404', async (t) => {
    for (const path of ['/nowhere', '/stream', '/stream/only-a-stream', '/stream/a/b/c/d']) {
      assert.equal(await t.refusal(path), 404, path);
    }
  }),
  strict('a-path-that-is-no-valid-encoding-is-refused', async (t) => {
    for (const path of ['/stream/%zz/group', '/stream/%ff/group']) {
      const status = await t.refusal(path);
      assert(status >= 400 && status < 500, `${path} answered ${status}`);
    }
  }),
  strict('an-empty-name-in-a-path-is-refused', async (t) => {
    const status = await t.refusal('/stream//group');
    assert(status >= 400 && status < 500, `answered ${status}`);
  }),
  strict('plain-http-gets-an-answer', async (t) => {
    const status = await t.httpStatus('/nowhere');
    assert(status >= 400 && status < 500, `answered ${status}`);
  }),
  documented('a-browser-that-offers-a-token-is-answered-with-authorization', async (t) => {
    const client = await t.socket('/', { protocols: [SUBPROTOCOL.authorization, 'a-token'] });
    assert.equal(client.protocol, SUBPROTOCOL.authorization);
  }),
  documented('a-client-that-offers-no-subprotocol-gets-none', async (t) => {
    assert.equal((await t.socket()).protocol, '');
  }),
  documented('an-authorization-header-is-accepted', async (t) => {
    const client = await t.socket('/', { headers: { Authorization: 'Bearer a-token' } });
    client.join(address(t.at));
    assert.deepEqual(await client.take(1), [[sync, null, []]]);
  }),
  documented('a-ping-is-answered', async (t) => {
    await (await t.socket()).ping();
  }),
  documented('an-abrupt-end-of-one-client-leaves-the-others-alone', async (t) => {
    const { client: gone } = await t.follow();
    const { client } = await t.follow();
    gone.terminate();
    await t.set('a', 1);
    assert.deepEqual(await client.take(1), [[create, 'a', 1]]);
  }),
];
