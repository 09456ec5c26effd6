import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, openReply, start } from './testing/harness.js';

test('a snapshot has the items, the cursor and an ETag, which asks whether it is still right', async (t) => {
  const { url, set, remove } = await start(t);
  const empty = await ask(`${url}/stream/s/g`);
  assert.equal(empty.status, 200);
  assert.deepEqual(empty.json.items, []);
  assert.equal(empty.json.seq, 0);
  await set('b', { n: 1 });
  await set('a', [2]);
  await set('b', { n: 3 });
  const first = await ask(`${url}/stream/s/g/`);
  const { epoch, seq, timestamp } = first.json;
  assert.deepEqual(first.json, {
    epoch,
    seq: 3,
    timestamp,
    items: [
      { id: 'b', rev: 3, data: { n: 3 } },
      { id: 'a', rev: 2, data: [2] },
    ],
  });
  assert.equal(first.headers.etag, `"${epoch}:${seq}"`);
  assert.equal(first.headers['cache-control'], 'private, no-cache');
  for (const tag of [`"${epoch}:3"`, `W/"${epoch}:3"`, `"x:1", "${epoch}:3"`]) {
    const same = await ask(`${url}/stream/s/g`, { 'If-None-Match': tag });
    assert.deepEqual([same.status, same.text, same.headers.etag], [304, '', first.headers.etag]);
  }
  for (const tag of [`"${epoch}:2"`, `"${epoch}:4"`, '"other:3"', 'nonsense']) {
    assert.equal((await ask(`${url}/stream/s/g`, { 'If-None-Match': tag })).status, 200, tag);
  }
  assert.deepEqual((await ask(`${url}/stream/s/g?values=1`)).json, [{ n: 3 }, [2]]);
  assert.deepEqual((await ask(`${url}/stream/s/g/a`)).json.items, [{ id: 'a', rev: 2, data: [2] }]);
  assert.deepEqual((await ask(`${url}/stream/s/g/a?values=1`)).json, [2]);
  const head = await ask(`${url}/stream/s/g`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', first.headers.etag]);
  await remove('a');
  const gone = await ask(`${url}/stream/s/g/a`);
  assert.deepEqual([gone.status, gone.json.error], [404, 'not_found']);
});

test('changes after a cursor, and the state with its reason where there is none', async (t) => {
  const { url, set, remove } = await start(t);
  await set('a', 1);
  const { epoch } = (await ask(`${url}/stream/s/g`)).json;
  await set('b', 2);
  await remove('a');
  const since = await ask(`${url}/stream/s/g?since=${epoch}:1`);
  assert.equal(since.json.mode, 'changes');
  assert.deepEqual([since.json.epoch, since.json.seq, 'reason' in since.json], [epoch, 3, false]);
  assert.deepEqual(
    since.json.messages.map((one: { id: string; seq: number; event: { type: string } }) => [
      one.id,
      one.seq,
      one.event.type,
    ]),
    [
      ['b', 2, 'create'],
      ['a', 3, 'delete'],
    ],
  );
  const item = await ask(`${url}/stream/s/g/b?since=${epoch}:1`);
  assert.deepEqual(item.json.messages.length, 1);
  assert.deepEqual((await ask(`${url}/stream/s/g?since=${epoch}:3`)).json.messages, []);
  const foreign = await ask(`${url}/stream/s/g?since=other:3&items=1`);
  assert.deepEqual([foreign.status, foreign.json.mode, foreign.json.reason], [200, 'sync', 'epoch']);
  assert.deepEqual(foreign.json.messages[0].event, { type: 'sync', data: [{ id: 'b', rev: 2, data: 2 }] });
  for (let i = 0; i < 12; i += 1) {
    await set(`x${i}`, i);
    await remove(`x${i}`);
  }
  const late = await ask(`${url}/stream/s/g?since=${epoch}:1`);
  assert.deepEqual([late.json.mode, late.json.reason], ['sync', 'horizon']);
});

test('a client that wants nothing if there is anything is told so, and of what is missing that it is', async (t) => {
  const { url, set } = await start(t);
  await set('a', 1);
  const any = { 'If-None-Match': ' * ' };
  const { etag } = (await ask(`${url}/stream/s/g`)).headers;
  for (const path of ['/stream/s/g', '/stream/s/g/a', '/stream/s/g?limit=1']) {
    const reply = await ask(url + path, any);
    assert.deepEqual([reply.status, reply.text, reply.headers.etag], [304, '', etag], path);
  }
  assert.equal((await ask(`${url}/stream/s/g/b`, any)).status, 404);
});

test('what a client takes decides about the type', async (t) => {
  const { url } = await start(t);
  const typeFor = async (accept: string): Promise<unknown> => {
    const { headers } = await openReply(t, `${url}/stream/s/g`, { Accept: accept });
    return headers['content-type']?.split(';')[0];
  };
  for (const [accept, type] of [
    ['*/*', 'application/json'],
    ['application/*;q=0.1', 'application/json'],
    ['text/html, application/json;q=0.5', 'application/json'],
    ['text/event-stream;q=0, */*', 'application/json'],
    ['TEXT/Event-Stream', 'text/event-stream'],
    ['application/json, text/event-stream;q=0.1', 'text/event-stream'],
    ['text/*', 'text/event-stream'],
    ['text/*, */*;q=0.1', 'application/json'],
  ]) {
    assert.equal(await typeFor(accept as string), type, accept);
  }
});

test('pages go on where the last ended, while the group changes', async (t) => {
  const { url, set, remove } = await start(t);
  for (let i = 0; i < 5; i += 1) await set(`i${i}`, i);
  const ids = (json: { items: { id: string }[] }) => json.items.map(({ id }) => id);
  const one = await ask(`${url}/stream/s/g?limit=2`);
  assert.deepEqual(ids(one.json), ['i0', 'i1']);
  await remove('i1');
  await set('i0', 'new');
  await set('i9', 9);
  const two = await ask(`${url}/stream/s/g?limit=3&after=${encodeURIComponent(one.json.next)}`);
  assert.deepEqual(ids(two.json), ['i2', 'i3', 'i4']);
  const three = await ask(`${url}/stream/s/g?limit=3&after=${encodeURIComponent(two.json.next)}`);
  assert.deepEqual(ids(three.json), ['i9']);
  assert.equal('next' in three.json, false);
});

test('a body in many pieces comes whole, and a group beyond sync_bytes by pages only', async (t) => {
  const { url, set, configure } = await start(t);
  const long = 'é'.repeat(10_000);
  for (let i = 0; i < 100; i += 1) await set(`i${i}`, long);
  const whole = await ask(`${url}/stream/s/g`);
  assert.equal(whole.json.items.length, 100);
  assert.equal(whole.json.items[99].data, long);
  configure({ limits: { sync_bytes: 100_000 } });
  for (const query of ['', '?values=1', '?since=x:1']) {
    const refused = await ask(`${url}/stream/s/g${query}`);
    assert.deepEqual([refused.status, refused.json.error], [400, 'limit'], query);
  }
  assert.equal((await ask(`${url}/stream/s/g?limit=50`)).json.items.length, 50);
  assert.equal((await ask(`${url}/stream/s/g/i1`)).status, 200);
});

test('a stream that join handlers guard refuses plain reads, or asks about each', async (t) => {
  const { url, set, service, functions, configure } = await start(t);
  await set('a', 1);
  const registered = { id: 't', functionId: 'gate', config: { stream_name: 's' } };
  service.registerTrigger({ ...registered, triggerType: 'stream:join' });
  for (const path of ['/stream/s/g', '/stream/s/g?since=x:1', '/stream/s/g/a', '/stream/s/nothing']) {
    const refused = await ask(url + path);
    assert.deepEqual([refused.status, refused.json.error], [403, 'guarded'], path);
  }
  assert.equal((await ask(`${url}/stream/other/g`)).status, 200);
  const seen: { event_type: string; transport?: string }[] = [];
  let verdict: object = {};
  functions.known.set('gate', (payload) => {
    seen.push(payload as { event_type: string });
    return { result: verdict };
  });
  service.registerTrigger({ ...registered, id: 'u', triggerType: 'stream:leave' });
  configure({ http: { reads_guarded: 'ask' } });
  assert.equal((await ask(`${url}/stream/s/g`)).status, 200);
  assert.deepEqual(
    seen.map(({ event_type, transport }) => [event_type, transport]),
    [
      ['stream:join', 'get'],
      ['stream:leave', 'get'],
    ],
  );
  verdict = { unauthorized: true };
  const refused = await ask(`${url}/stream/s/g`);
  assert.deepEqual([refused.status, refused.json.error], [403, 'join_refused']);
  assert.equal(seen.length, 3);
});
