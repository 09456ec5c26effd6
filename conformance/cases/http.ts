import assert from 'node:assert/strict';
import { HTTP_REFUSAL, REFUSAL, STREAM_EVENT } from '../../generated/constants.js';
import type { ChangesReply, RefusalReply, SnapshotReply } from '../../generated/http.js';
import {
  validateChangesReply,
  validateRefusalReply,
  validateSnapshotReply,
} from '../../generated/validators.js';
import { define } from '../runner/case.js';
import type { Context } from '../runner/context.js';
import type { HttpOptions } from '../wire/http-request.js';

const claim = define('http', 'http', { needs: ['http'] });

const pathOf = ({ at }: Context, item = ''): string =>
  ['/stream', at.stream_name, at.group_id, ...(item === '' ? [] : [item])]
    .map((part, i) => (i === 0 ? part : encodeURIComponent(part)))
    .join('/');

async function snapshot(t: Context, query = '', item = ''): Promise<SnapshotReply> {
  const { status, body } = await t.http(pathOf(t, item) + query);
  assert.equal(status, 200);
  const reply: unknown = JSON.parse(body);
  assert(validateSnapshotReply(reply), `not a snapshot: ${body}`);
  return reply;
}

async function changes(t: Context, query: string, item = ''): Promise<ChangesReply> {
  const { status, body } = await t.http(pathOf(t, item) + query);
  assert.equal(status, 200);
  const reply: unknown = JSON.parse(body);
  assert(validateChangesReply(reply), `not changes: ${body}`);
  return reply;
}

async function refused(t: Context, path: string, status: number, error: string, options?: HttpOptions) {
  const reply = await t.http(path, options);
  assert.equal(reply.status, status);
  const body: unknown = JSON.parse(reply.body);
  assert(validateRefusalReply(body), `not a refusal: ${reply.body}`);
  assert.equal((body as RefusalReply).error, error);
}

const events = { Accept: 'text/event-stream' };
const parts = (body: string): readonly string[] =>
  body.split('\n\n').filter((part) => part.includes('data: '));
const idOf = (part = ''): string | undefined => /^id: (.*)$/m.exec(part)?.[1];
const after = (count: number) => (body: string) => body.endsWith('\n\n') && parts(body).length >= count;

export const httpCases = [
  claim('an-empty-group-is-a-snapshot-without-items', async (t) => {
    assert.deepEqual((await snapshot(t)).items, []);
  }),
  claim('a-snapshot-has-items-in-creation-order-with-their-revs', async (t) => {
    await t.set('b', 1);
    await t.set('a', 2);
    await t.set('b', 3);
    const { items, seq } = await snapshot(t);
    assert.equal(seq, 3);
    assert.deepEqual(items, [
      { id: 'b', rev: 3, data: 3 },
      { id: 'a', rev: 2, data: 2 },
    ]);
  }),
  claim('a-slash-at-the-end-is-fine', async (t) => {
    assert.equal((await t.http(`${pathOf(t)}/`)).status, 200);
  }),
  claim('values-are-the-bare-array', async (t) => {
    await t.set('a', { n: 1 });
    assert.deepEqual(JSON.parse((await t.http(`${pathOf(t)}?values=1`)).body), [{ n: 1 }]);
  }),
  claim('an-item-is-read-by-its-path', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    assert.deepEqual((await snapshot(t, '', 'b')).items, [{ id: 'b', rev: 2, data: 2 }]);
  }),
  claim('an-item-that-is-missing-is-not-found', async (t) => {
    await refused(t, pathOf(t, 'missing'), 404, REFUSAL.notFound);
  }),
  claim('an-etag-is-the-cursor-and-is-not-modified-until-a-change', async (t) => {
    await t.set('a', 1);
    const first = await t.http(pathOf(t));
    const { etag = '' } = first.headers;
    const { epoch, seq } = JSON.parse(first.body) as SnapshotReply;
    assert.equal(etag, `"${epoch}:${seq}"`);
    assert.equal(first.headers['cache-control'], 'private, no-cache');
    const ask = { headers: { 'If-None-Match': etag } };
    const same = await t.http(pathOf(t), ask);
    assert.deepEqual([same.status, same.body, same.headers.etag], [304, '', etag]);
    await t.set('a', 2);
    assert.equal((await t.http(pathOf(t), ask)).status, 200);
  }),
  claim('changes-after-a-cursor-are-what-changed', async (t) => {
    await t.set('a', 1);
    const { epoch, seq } = await snapshot(t);
    await t.set('b', 2);
    const reply = await changes(t, `?since=${epoch}:${seq}`);
    assert.deepEqual([reply.mode, reply.seq, reply.messages.length], ['changes', 2, 1]);
  }),
  claim('changes-of-an-item-hold-no-other', async (t) => {
    const { epoch } = await snapshot(t);
    await t.set('a', 1);
    await t.set('b', 2);
    assert.equal((await changes(t, `?since=${epoch}:0`, 'b')).messages.length, 1);
  }),
  claim('a-cursor-of-another-epoch-is-a-sync-with-its-reason', async (t) => {
    await t.set('a', 1);
    const reply = await changes(t, '?since=never:7');
    assert.deepEqual([reply.mode, reply.reason, reply.messages.length], ['sync', 'epoch', 1]);
  }),
  claim('a-long-poll-waits-for-the-change', async (t) => {
    const { epoch, seq } = await snapshot(t);
    const waiting = changes(t, `?since=${epoch}:${seq}&wait=20`);
    await t.set('a', 1);
    assert.equal((await waiting).seq, 1);
  }),
  claim('a-long-poll-without-a-change-is-not-modified', async (t) => {
    const { epoch, seq } = await snapshot(t);
    const { status, headers } = await t.http(`${pathOf(t)}?since=${epoch}:${seq}&wait=0`);
    assert.deepEqual([status, headers.etag], [304, `"${epoch}:${seq}"`]);
  }),
  claim('an-event-stream-begins-with-the-sync-and-its-cursor', async (t) => {
    await t.set('a', 1);
    const { status, headers, body } = await t.http(pathOf(t), { headers: events, until: after(1) });
    assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
    const [sync = ''] = parts(body);
    const message = JSON.parse(sync.slice(sync.indexOf('data: ') + 6));
    assert.equal(message.event.type, STREAM_EVENT.sync);
    assert.equal(idOf(sync), `${message.epoch}:1`);
    assert.doesNotMatch(body, /^event:/m);
  }),
  claim('an-event-stream-goes-on-after-last-event-id', async (t) => {
    const { epoch } = await snapshot(t);
    await t.set('a', 1);
    await t.set('b', 2);
    const headers = { ...events, 'Last-Event-ID': `${epoch}:1` };
    const { body } = await t.http(`${pathOf(t)}?since=${epoch}:0`, { headers, until: after(2) });
    assert.deepEqual(parts(body).map(idOf), [undefined, `${epoch}:2`]);
  }),
  claim('pages-hold-each-item-once', async (t) => {
    for (const id of ['a', 'b', 'c']) await t.set(id, 1);
    const first = await snapshot(t, '?limit=2');
    await t.delete('b');
    await t.set('d', 1);
    const rest = await snapshot(t, `?limit=2&after=${encodeURIComponent(first.next ?? '')}`);
    assert.deepEqual(
      [...first.items, ...rest.items].map(({ id }) => id),
      ['a', 'b', 'c', 'd'],
    );
    assert.equal(rest.next, undefined);
  }),
  claim('a-head-has-the-headers-alone', async (t) => {
    const { status, headers, body } = await t.http(pathOf(t), { method: 'HEAD' });
    assert.deepEqual([status, body, typeof headers.etag], [200, '', 'string']);
  }),
  ...[
    ['since', '?since=x'],
    ['limit', '?limit=0'],
    ['wait', '?since=x:1&wait=31'],
    ['page', '?page=x'],
    ['values', '?values=2'],
  ].map(([name, query]) =>
    claim(`a-malformed-${name}-is-refused`, (t) =>
      refused(t, pathOf(t) + query, 400, REFUSAL.invalidMessage),
    ),
  ),
  claim('a-malformed-name-is-refused', (t) => refused(t, '/stream/%ff/g', 400, REFUSAL.badEncoding)),
  claim('another-path-is-not-found', (t) => refused(t, '/stream/only', 404, REFUSAL.notFound)),
  claim('another-method-is-not-allowed', async (t) => {
    await refused(t, pathOf(t), 405, HTTP_REFUSAL.methodNotAllowed, { method: 'POST', body: '{}' });
  }),
  claim('a-body-is-refused', async (t) => {
    const headers = { 'Content-Length': 2 };
    await refused(t, pathOf(t), 400, HTTP_REFUSAL.bodyNotAllowed, { headers, body: '{}' });
  }),
  claim('another-type-is-not-acceptable', async (t) => {
    await refused(t, pathOf(t), 406, HTTP_REFUSAL.notAcceptable, { headers: { Accept: 'text/html' } });
  }),
  claim('a-preflight-needs-no-token', async (t) => {
    const headers = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'GET' };
    const reply = await t.http(pathOf(t), { method: 'OPTIONS', headers });
    assert.equal(reply.status, 204);
    assert.match(String(reply.headers['access-control-allow-methods']), /GET/);
  }),
];
