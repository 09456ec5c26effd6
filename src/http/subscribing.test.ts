import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FUNCTION } from '../../generated/constants.js';
import { Client, until } from '../socket/testing/harness.js';
import { ask, Events, type ServerEvent, start } from './testing/harness.js';

test('an event stream is the sync, then each message, with the cursor as its id', async (t) => {
  const { url, set, remove, call, server } = await start(t);
  await set('a', 1);
  const events = await Events.open(t, `${url}/stream/s/g?items=1`);
  const { headers, statusCode } = events.response;
  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'text/event-stream');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['cache-control'], 'no-store, no-transform');
  const sync = await events.next();
  assert.deepEqual(sync?.data.event, { type: 'sync', data: [{ id: 'a', rev: 1, data: 1 }] });
  assert.equal(sync?.id, `${sync?.data.epoch}:1`);
  await set('b', 2);
  assert.equal((await events.next())?.id, `${sync?.data.epoch}:2`);
  await call(FUNCTION.send, { stream_name: 's', group_id: 'g', type: 'hi', data: 3 });
  const event = await events.next();
  assert.deepEqual([event?.id, event?.data.event.event], [undefined, { type: 'hi', data: 3 }]);
  await remove('a');
  assert.equal((await events.next())?.data.event.type, 'delete');
  const [info] = [...server.connections()];
  assert.deepEqual([info?.subscriptions, info?.address, info?.paused], [1, '127.0.0.1', false]);
  events.response.destroy();
  await until(() => [...server.connections()].length === 0, 'the subscription ends with its reader');
});

test('a stream goes on after Last-Event-ID, which wins over since', async (t) => {
  const { url, set } = await start(t);
  for (const id of ['a', 'b', 'c']) await set(id, 1);
  const { epoch } = (await ask(`${url}/stream/s/g`)).json;
  const at = `${url}/stream/s/g?since=${epoch}:0`;
  const events = await Events.open(t, at, { 'Last-Event-ID': `${epoch}:2` });
  const subscribed = await events.next();
  assert.deepEqual(
    [subscribed?.id, subscribed?.data.type, subscribed?.data.mode],
    [undefined, 'subscribed', 'changes'],
  );
  assert.equal((await events.next())?.id, `${epoch}:3`);
  const since = await Events.open(t, at);
  await since.next();
  assert.equal((await since.next())?.id, `${epoch}:1`);
  const bad = await ask(at, { Accept: 'text/event-stream', 'Last-Event-ID': 'x' });
  assert.deepEqual([bad.status, bad.json.error], [400, 'invalid_message']);
});

test('one item has its own messages, and a value with line ends stays one event', async (t) => {
  const { url, set, service } = await start(t);
  const events = await Events.open(t, `${url}/stream/s/g/a`);
  assert.equal((await events.next())?.data.event.data, null);
  await set('b', 1);
  const payload = '{"stream_name":"s","group_id":"g","item_id":"a","data":{\r\n "x":\n[1,\r2]}}';
  const { Payload } = await import('../domain/payload.js');
  const { asJson } = await import('../domain/json-text.js');
  service.call(FUNCTION.set, new Payload(asJson(payload)), undefined, () => {});
  const event = await events.next();
  assert.deepEqual([event?.data.id, event?.data.event.data], ['a', { x: [1, 2] }]);
});

test('join handlers decide before anything is sent, and hear of the leave', async (t) => {
  const { url, service, functions } = await start(t);
  const triggers = ['stream:join', 'stream:leave'];
  for (const triggerType of triggers)
    service.registerTrigger({ id: triggerType, triggerType, functionId: 'gate', config: {} });
  let verdict: object = { unauthorized: true };
  functions.known.set('gate', () => ({ result: verdict }));
  const refused = await ask(`${url}/stream/s/g`, { Accept: 'text/event-stream' });
  assert.deepEqual([refused.status, refused.json.error], [403, 'join_refused']);
  const poll = await ask(`${url}/stream/s/g?since=x:1&wait=1`);
  assert.deepEqual([poll.status, poll.json.error], [403, 'join_refused']);
  verdict = {};
  const events = await Events.open(t, `${url}/stream/s/g`);
  await events.next();
  events.response.destroy();
  await until(() => functions.calls.length === 4, 'the leave handler is called');
  assert.equal((await ask(`${url}/stream/s/g?since=x:1&wait=1`)).status, 200);
  await until(() => functions.calls.length === 6, 'the leave handler is called again');
  const told = functions.calls.map(({ payload }) => payload as Record<string, unknown>);
  assert.deepEqual(
    told.map(({ event_type, transport }) => [event_type, transport]),
    [
      ['stream:join', 'sse'],
      ['stream:join', 'poll'],
      ['stream:join', 'sse'],
      ['stream:leave', 'sse'],
      ['stream:join', 'poll'],
      ['stream:leave', 'poll'],
    ],
  );
});

test('a long-poll is answered by the change that it waits for, and by 304 when none comes', async (t) => {
  const { url, set, service } = await start(t);
  await set('a', 1);
  const { epoch } = (await ask(`${url}/stream/s/g`)).json;
  const idle = await ask(`${url}/stream/s/g?since=${epoch}:1&wait=0`);
  assert.deepEqual([idle.status, idle.headers.etag], [304, `"${epoch}:1"`]);
  const waiting = ask(`${url}/stream/s/g?since=${epoch}:1&wait=30`);
  const other = ask(`${url}/stream/s/g/b?since=${epoch}:1&wait=30`);
  await until(() => [...service.hub.watched()].some(({ live }) => live === 2), 'both wait');
  await set('a', 2);
  const { json } = await waiting;
  assert.deepEqual([json.mode, json.seq, json.messages[0].event.data], ['changes', 2, 2]);
  await set('b', 3);
  assert.equal((await other).json.messages[0].id, 'b');
  const late = await ask(`${url}/stream/s/g?since=${epoch}:1&wait=30`);
  assert.equal(late.json.messages.length, 2);
  const reset = await ask(`${url}/stream/s/g?since=other:1&wait=30`);
  assert.deepEqual([reset.json.mode, reset.json.reason], ['sync', 'epoch']);
  await until(() => [...service.hub.watched()].length === 0, 'nobody waits any more');
});

test('a reader that stops is not buffered for: it catches up, or is ended', async (t) => {
  const limits = { outbox_bytes: 10_000, slow_client_timeout_ms: 60_000 };
  const { url, set, counters, server, configure } = await start(t, { limits });
  const events = await Events.open(t, `${url}/stream/s/g`);
  await events.next();
  const long = 'x'.repeat(100_000);
  let paused = false;
  for (let i = 0; !paused; i += 1) {
    await set('a', `${i}${long}`);
    await turn();
    [paused] = [...server.connections()].map((one) => one.paused) as [boolean];
  }
  for (let i = 0; i < 50; i += 1) await set('b', `${i}${long}`);
  const [info] = [...server.connections()];
  assert.ok(info!.queuedBytes < 3_000_000, `${info!.queuedBytes} bytes wait`);
  for (;;) {
    const next = await events.next();
    assert.ok(next !== undefined, 'the stream goes on');
    if (next.data.id === 'b' && next.data.event.data.startsWith('49x')) break;
  }
  configure({ limits: { ...limits, slow_client_timeout_ms: 200 } });
  const stuck = await Events.open(t, `${url}/stream/s/g`);
  stuck.response.pause();
  while (counters.slowConsumers === 0) {
    await set('a', long);
    await turn();
  }
  await until(() => [...server.connections()].length <= 1, 'the stuck one is ended');
});

test('a reader whose group passes the bound of a sync is told so and ended', async (t) => {
  const { url, set, remove, server, configure } = await start(t, { limits: { sync_bytes: 1_000 } });
  await set('a', 'x'.repeat(2_000));
  const at = `${url}/stream/s/g`;
  const refused = await ask(at, { Accept: 'text/event-stream' });
  assert.deepEqual([refused.status, refused.json.error], [400, 'limit'], 'a browser gives up');
  assert.equal([...server.connections()].length, 0);
  const paged = await Events.open(t, `${at}?page=1`);
  assert.equal((await paged.next())?.data.event.type, 'sync');
  paged.response.destroy();

  const limits = { outbox_bytes: 10_000, slow_client_timeout_ms: 60_000 };
  configure({ limits });
  const events = await Events.open(t, at);
  await events.next();
  const long = 'x'.repeat(100_000);
  for (let i = 0; ![...server.connections()].some((one) => one.paused); i += 1) {
    await set('a', `${i}${long}`);
    await turn();
  }
  // What it missed is not known any more, so that it needs a sync.
  for (let i = 0; i < 16; i += 1) {
    await set(`i${i}`, i);
    await remove(`i${i}`);
  }
  configure({ limits: { ...limits, sync_bytes: 1_000 } });
  let last: ServerEvent | undefined;
  for (let next = await events.next(); next !== undefined; next = await events.next()) last = next;
  assert.deepEqual([last?.data.type, last?.data.code, events.retry], ['error', 'limit', 60_000]);
});

test('the end of the server ends streams with a time to come back, and polls with 304', async (t) => {
  const { url, set, server, service } = await start(t);
  await set('a', 1);
  const { epoch } = (await ask(`${url}/stream/s/g`)).json;
  const events = await Events.open(t, `${url}/stream/s/g`);
  await events.next();
  const poll = ask(`${url}/stream/s/g?since=${epoch}:1&wait=30`);
  await until(() => [...service.hub.watched()].some(({ live }) => live === 2), 'both are live');
  const closed = server.close();
  assert.equal(await events.next(), undefined);
  assert.ok(events.retry! >= 2_500 && events.retry! <= 5_000);
  assert.equal((await poll).status, 304);
  await closed;
});

test('nobody is sent away from an event stream for good by what passes', async (t) => {
  const { url, functions, configure } = await start(t, { auth_function: 'auth' });
  const accept = { Accept: 'text/event-stream' };
  const away = await ask(`${url}/stream/s/g`, accept);
  assert.equal(away.status, 200);
  assert.match(away.text, /^: auth_unavailable: .*\nretry: \d+\n\n$/);
  assert.equal((await ask(`${url}/stream/s/g`)).status, 503);
  functions.known.set('auth', () => ({ result: null }));
  const refused = await ask(`${url}/stream/s/g`, accept);
  assert.deepEqual([refused.status, refused.json.error], [401, 'unauthorized']);
  configure({ limits: { sockets_per_address: 1 } });
  const held = await Events.open(t, `${url}/stream/s/g`);
  assert.equal((await ask(`${url}/stream/s/g`)).status, 429);
  assert.match((await ask(`${url}/stream/s/g`, accept)).text, /^: too_many_sockets: /);
  held.response.destroy();
  await once(held.response, 'close');
});

test('each reader is told a time of its own to come back', async (t) => {
  const { url } = await start(t);
  const times = new Set<number>();
  for (let i = 0; i < 20; i += 1) {
    const events = await Events.open(t, `${url}/stream/s/g`);
    await events.next();
    assert.ok(events.retry! >= 1_500 && events.retry! <= 3_000);
    times.add(events.retry!);
  }
  assert.ok(times.size > 10, 'readers that a crash cuts off come back over the whole of it');
});

test('comments come at every heartbeat', async (t) => {
  const { url, set } = await start(t, { limits: { heartbeat_interval_ms: 20 } });
  const events = await Events.open(t, `${url}/stream/s/g`);
  await events.next();
  const later = events.next();
  await until(() => events.comments >= 3, 'a silent stream is sent comments');
  await set('a', 1);
  assert.equal((await later)?.data.event.type, 'create');
});

test('a drain serves on for a half, then closes one after another', async (t) => {
  const { url, port, set, server } = await start(t);
  await set('a', 1);
  const readers: Events[] = [];
  for (let i = 0; i < 6; i += 1) readers.push(await Events.open(t, `${url}/stream/s/g`));
  const client = await Client.open(t, `ws://127.0.0.1:${port}/stream/s/g`);
  for (const reader of readers) await reader.next();
  const order: number[] = [];
  const drained = server.drain(600);
  const ends = readers.map(async (reader, i) => {
    assert.equal(await reader.next(), undefined);
    order.push(i);
  });
  assert.equal((await ask(`${url}/stream/s/g`)).status, 200, 'new clients are served');
  assert.equal(await client.closed, 1001);
  assert.ok(order.length < 6, 'not all at once');
  await Promise.all([...ends, drained]);
  await server.close();
});
