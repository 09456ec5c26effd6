import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { validateStateReply } from '../../../generated/validators.js';
import { until } from '../../socket/testing/harness.js';
import { ask, openReply, type Reply, start } from '../testing/harness.js';

const PATH = '/v1/stream/groups/s/g';

/** `operation key`, or the control, of each message. */
const outline = ({ json }: Reply): string[] => {
  assert.ok(validateStateReply(json), JSON.stringify(validateStateReply.errors));
  // biome-ignore lint/suspicious/noExplicitAny: it was just checked.
  return json.map(({ key, headers }: any) => headers.control ?? `${headers.operation} ${key}`);
};
const offsetOf = ({ headers }: Reply): string => headers['stream-next-offset'] as string;

test('catch-up is the snapshot, then the newest change of each item', async (t) => {
  const { url, set, remove } = await start(t);
  const empty = await ask(url + PATH);
  assert.deepEqual([empty.status, outline(empty)], [200, ['snapshot-start', 'snapshot-end']]);
  await set('b', { n: 1 });
  await set('a', { n: 2 });
  await set('b', { n: 3 });
  const all = await ask(`${url + PATH}?offset=-1`);
  assert.deepEqual(outline(all), ['snapshot-start', 'insert b', 'insert a', 'snapshot-end']);
  assert.deepEqual(all.json[1].value, { n: 3 });
  assert.equal(all.json[1].type, 's');
  assert.equal(all.headers['stream-up-to-date'], 'true');
  assert.equal(all.headers['cache-control'], 'no-store');
  assert.match(offsetOf(all), /^0000000000000003_[\w-]+$/);
  await set('c', { n: 4 });
  await set('c', { n: 5 });
  await remove('a');
  await remove('b');
  await set('b', { n: 8 });
  const since = await ask(`${url + PATH}?offset=${offsetOf(all)}`);
  assert.deepEqual(outline(since), ['insert c', 'delete a', 'delete b', 'insert b']);
  assert.equal('value' in since.json[1], false);
  assert.ok(offsetOf(since) > offsetOf(all) && since.json[0].headers.offset < offsetOf(since));
  const [, second] = since.json;
  assert.deepEqual(outline(await ask(`${url + PATH}?offset=${second.headers.offset}`)), [
    'delete b',
    'insert b',
  ]);
  const none = await ask(`${url + PATH}?offset=${offsetOf(since)}`);
  assert.deepEqual([none.text.trim(), offsetOf(none)], ['[]', offsetOf(since)]);
  const now = await ask(`${url + PATH}?offset=now`);
  assert.deepEqual([now.text.trim(), offsetOf(now), now.headers.etag], ['[]', offsetOf(since), undefined]);
  const head = await ask(url + PATH, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text, offsetOf(head)], [200, '', offsetOf(since)]);
  assert.match(String(head.headers['content-type']), /^application\/json/);
});

test('an ETag is asked for only by whoever can take a 304', async (t) => {
  const { url, set } = await start(t);
  await set('a', {});
  const { headers } = await ask(url + PATH);
  const tag = { 'If-None-Match': headers.etag };
  assert.equal((await ask(url + PATH, tag)).status, 304);
  await set('a', {});
  assert.equal((await ask(url + PATH, tag)).status, 200);
  assert.equal((await ask(`${url + PATH}?offset=now`, { 'If-None-Match': '*' })).status, 200);
});

test('values that are no objects are wrapped', async (t) => {
  const { url, set } = await start(t);
  const values = { n: null, b: true, d: 1.5, t: 'x', l: [1], o: { value: 2 } };
  for (const [id, value] of Object.entries(values)) await set(id, value);
  const reply = await ask(url + PATH);
  outline(reply);
  for (const { key, value, headers } of reply.json.slice(1, -1)) {
    const wanted = values[key as keyof typeof values];
    assert.deepEqual([value, headers.wrapped], key === 'o' ? [wanted, undefined] : [{ value: wanted }, true]);
  }
});

test('an offset that leads nowhere is 410, a malformed one 400', async (t) => {
  const { url, set, remove } = await start(t);
  await set('a', {});
  const offset = offsetOf(await ask(url + PATH));
  const [, epoch] = offset.split('_');
  for (let i = 0; i < 16; i += 1) await set(`i${i}`, {});
  for (let i = 0; i < 16; i += 1) await remove(`i${i}`);
  for (const [status, error, query] of [
    [410, 'gone', `offset=${offset}`],
    [410, 'gone', `offset=${offset}&live=long-poll`],
    [410, 'gone', `offset=${offset}&live=sse`],
    [410, 'gone', 'offset=0000000000000001_other'],
    [410, 'gone', `offset=0000000000000099_${epoch}`],
    [410, 'gone', '&offset=-1.0000000000000001_other.0000000000000001'],
    [400, 'invalid_message', 'offset='],
    [400, 'invalid_message', 'offset=-2'],
    [400, 'invalid_message', `offset=1_${epoch}`],
    [400, 'invalid_message', `offset=9999999999999999_${epoch}`],
    [400, 'invalid_message', `offset=-1.0000000000000001_${epoch}.~%25zz`],
    [400, 'invalid_message', 'live=sse'],
    [400, 'invalid_message', 'offset=-1&live=push'],
  ] as const) {
    const reply = await ask(`${url + PATH}?${query}`);
    assert.deepEqual([reply.status, reply.json?.error], [status, error], query);
  }
  const post = await ask(url + PATH, { method: 'POST', body: '{}' });
  assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD, OPTIONS']);
  assert.equal((await ask(`${url}/v1/stream/groups/s`)).status, 404);
});

test('a long group comes in pieces, and what is written between them is seen', async (t) => {
  const { url, set, remove } = await start(t);
  const text = 'x'.repeat(300_000);
  for (let i = 0; i < 9; i += 1) await set(`i${i}`, { i, text });
  const state = new Map<string, unknown>();
  const offsets: string[] = ['-1'];
  for (let pieces = 0; ; pieces += 1) {
    const reply = await ask(`${url + PATH}?offset=${encodeURIComponent(offsets.at(-1)!)}`);
    outline(reply);
    assert.ok(reply.text.length < 1_300_000, `${reply.text.length} characters in one reply`);
    for (const { key, value, headers } of reply.json) {
      if (headers.operation === 'delete') state.delete(key);
      else if (key !== undefined) state.set(key, value.i);
    }
    offsets.push(offsetOf(reply));
    if (reply.headers['stream-up-to-date'] !== undefined) break;
    if (pieces > 0) continue;
    await set('i0', { i: 'changed' });
    await remove('i1');
    await set('new', { i: 'new' });
  }
  assert.ok(offsets.length > 4);
  assert.deepEqual(offsets.slice(1), offsets.slice(1).sort());
  const wanted = new Map<string, unknown>([
    ['i0', 'changed'],
    ['new', 'new'],
  ]);
  for (let i = 2; i < 9; i += 1) wanted.set(`i${i}`, i);
  assert.deepEqual(new Map([...state].sort()), new Map([...wanted].sort()));
});

test('a long-poll replies to the change, and its cursor goes up', async (t) => {
  const { url, set, service, server } = await start(t);
  await set('a', {});
  const offset = offsetOf(await ask(url + PATH));
  const waiting = ask(`${url + PATH}?offset=${offset}&live=long-poll`);
  const fromNow = ask(`${url + PATH}?offset=now&live=long-poll`);
  await until(() => [...service.hub.watched()].some(({ live }) => live === 2), 'both wait');
  await set('b', {});
  const reply = await waiting;
  assert.deepEqual(outline(reply), ['insert b']);
  assert.deepEqual(outline(await fromNow), ['insert b']);
  const cursor = String(reply.headers['stream-cursor']);
  const again = await ask(`${url + PATH}?offset=${offset}&live=long-poll&cursor=${cursor}`);
  assert.ok(Number(again.headers['stream-cursor']) > Number(cursor));
  const last = ask(`${url + PATH}?offset=${offsetOf(reply)}&live=long-poll`);
  await until(() => [...service.hub.watched()].some(({ live }) => live === 1), 'one waits');
  const closed = server.close();
  const { status, headers } = await last;
  assert.deepEqual([status, headers['retry-after']], [503, '1'], 'no early 204');
  await closed;
});

test('live=sse is data, then control, and a subscription', async (t) => {
  const { url, set, service, functions } = await start(t);
  for (const type of ['stream:join', 'stream:leave'])
    service.registerTrigger({ id: type, triggerType: type, functionId: 'gate', config: {} });
  let verdict: object = { unauthorized: true };
  functions.known.set('gate', () => ({ result: verdict }));
  await set('a', 1);
  const refused = await ask(`${url + PATH}?offset=-1&live=sse`);
  assert.deepEqual([refused.status, refused.json.error], [403, 'join_refused']);
  assert.equal((await ask(url + PATH)).json.error, 'guarded');
  assert.equal((await ask(url + PATH, { method: 'HEAD' })).status, 403);
  verdict = {};
  const response = await openReply(t, `${url + PATH}?offset=-1&live=sse`);
  assert.equal(response.headers['content-type'], 'text/event-stream');
  let text = '';
  response.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await until(() => text.includes('upToDate'), 'the start');
  assert.match(text, /^retry: \d+\n\nevent: data\ndata: \[.*"snapshot-end".*\]\n\nevent: control\ndata: /);
  text = '';
  await set('b', { n: 1 });
  await until(() => text.includes('upToDate'), 'the change');
  const [data, control] = text.trim().split('\n\n');
  assert.match(data!, /^event: data\ndata: \[\{"type":"s","key":"b","value":\{"n":1\},/);
  const { streamNextOffset, streamCursor } = JSON.parse(control!.replace('event: control\ndata: ', ''));
  assert.match(streamNextOffset, /^0000000000000002_/);
  assert.match(streamCursor, /^\d+$/);
  response.destroy();
  await once(response, 'close');
  await until(() => functions.calls.length === 3, 'the leave handler is called');
  assert.deepEqual(
    functions.calls.map(({ payload }) => (payload as { transport: string }).transport),
    ['sse', 'sse', 'sse'],
  );
});

test('a live reader that stops costs no more than its outbox, and catches up', async (t) => {
  const limits = { outbox_bytes: 10_000, slow_client_timeout_ms: 60_000 };
  const { url, set, server } = await start(t, { limits });
  const response = await openReply(t, `${url + PATH}?offset=now&live=sse`);
  const long = 'x'.repeat(100_000);
  let paused = false;
  for (let i = 0; !paused; i += 1) {
    await set('a', { long: `${i}${long}` });
    await new Promise(setImmediate);
    [paused] = [...server.connections()].map((one) => one.paused) as [boolean];
  }
  for (let i = 0; i < 50; i += 1) await set('b', { long: `${i}${long}` });
  const [info] = [...server.connections()];
  assert.ok(info!.queuedBytes < 1_000_000, `${info!.queuedBytes} bytes wait`);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('"long":"49x')) break;
  }
  assert.equal(text.includes('"long":"48x'), false, 'only the newest of what it missed');
});

test('streams that nobody sequences are not served', async (t) => {
  const { url, functions } = await start(t);
  functions.known.set('stream::list(s)', () => ({ result: [] }));
  for (const query of ['', '?offset=now', '?offset=now&live=sse', '?offset=0000000000000001_x']) {
    const reply = await ask(url + PATH + query);
    assert.deepEqual([reply.status, reply.json?.error], [501, 'unsupported'], query);
  }
});
