import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import type { UpdateOp } from '../../generated/functions.js';
import type { JoinData, OpsMessage } from '../../generated/socket.js';
import { bundle } from '../../scripts/client/bundle.js';
import { withOps } from './ops.js';
import { EPOCH, fakeServer, say, settle, shown } from './testing/fake-server.js';
import type { StreamClientOptions } from './types.js';

interface Vector {
  readonly name: string;
  readonly before?: unknown;
  readonly ops: readonly UpdateOp[];
  readonly after: unknown;
  readonly errors?: readonly { readonly op_index: number }[];
}

const vectors = JSON.parse(
  readFileSync(new URL('../../spec/vectors/update-ops.json', import.meta.url), 'utf8'),
) as Vector[];

/** What is built for pages, in a context with nothing of Node. */
async function browserBuild(): Promise<(text: string) => string> {
  const code = `import { replayOps } from '../domain/replay.js';
    globalThis.replay = (text) => {
      const { value, ops } = JSON.parse(text);
      return JSON.stringify(replayOps(value, ops) ?? 'refused');
    };`;
  const [text = ''] = (await bundle({ code })).values();
  const page = createContext({ TextEncoder });
  runInContext(text, page);
  return (page as { replay: (text: string) => string }).replay;
}

test('the browser build replays every vector of an item that is there, without the ops that failed', async () => {
  const replay = await browserBuild();
  let failed = 0;
  for (const { name, before, ops, after, errors = [] } of vectors) {
    if (before === undefined) continue;
    const skipped = new Set(errors.map(({ op_index }) => op_index));
    const told = ops.filter((_, index) => !skipped.has(index));
    assert.deepEqual(
      JSON.parse(replay(JSON.stringify({ value: before, ops: told }))),
      { value: after },
      name,
    );
    if (skipped.size === 0) continue;
    failed += 1;
    assert.equal(replay(JSON.stringify({ value: before, ops })), '"refused"', name);
  }
  assert.ok(failed > 50);
});

/** A client that takes ops, which holds `a` at rev 4, and its socket. */
async function live(t: TestContext) {
  const told: [code: string, detail: unknown][] = [];
  const server = serve(t, { onWarning: (code, detail) => told.push([code, detail]) });
  const group = server.client.group('s', 'g');
  group.subscribe(() => {});
  const socket = await server.socket();
  await socket.open();
  const [join] = socket.takeJoins() as [JoinData];
  await socket.say(say.ack(join, 'sync', 4, { n: 3 }), say.sync('a@4 b@2', 4));
  return { ...server, next: () => server.socket(2), group, socket, join, told };
}

const OPS: OpsMessage = { n: 3, id: 'a', seq: 9, from: 4, ops: [{ type: 'increment', path: 'n', by: 7 }] };

/** Ends with its test: a client comes back for ever. */
function serve(t: TestContext, options: StreamClientOptions = {}) {
  const server = fakeServer(options, withOps);
  t.after(() => server.client.close());
  return server;
}

test('joins ask for ops, and ops become the update that they stand for', async (t) => {
  const { join, socket, group, told, sockets } = await live(t);
  assert.equal(join.ops, true);
  const before = group.getSnapshot();
  await socket.say(OPS);
  const { items, seq, status } = group.getSnapshot();
  assert.deepEqual(items, [
    { id: 'a', rev: 9, data: { n: 11 } },
    { id: 'b', rev: 2, data: { n: 2 } },
  ]);
  assert.deepEqual([seq, status], [9, 'live']);
  assert.equal(items[1], before.items[1]);
  assert.deepEqual(before.items[0], { id: 'a', rev: 4, data: { n: 4 } });
  await socket.say({ ...OPS, seq: 10, from: 9, more: true });
  assert.equal(group.getSnapshot().seq, 9);
  await socket.say(say.change('update', 'b', 11));
  assert.equal(shown(group.getSnapshot()), 'a@10 b@11');
  // Sent for another subscription, which was told later; and for a group that was left.
  await socket.say({ ...OPS, seq: 10, from: 8 }, { ...OPS, n: 8 });
  assert.equal(shown(group.getSnapshot()), 'a@10 b@11');
  assert.deepEqual([told, sockets.length], [[], 1]);
});

test('what does not go on from here is told each time, and never guessed', async (t) => {
  const bad: OpsMessage[] = [
    { ...OPS, from: 5 },
    { ...OPS, from: 3 },
    { ...OPS, id: 'missing' },
    { ...OPS, ops: [...(OPS.ops as []), { type: 'append', path: 'n', value: 'y' }] },
    // 2^53 + 1 reads as the same double.
    { ...OPS, ops: [{ type: 'increment', path: 'n', by: 2 ** 53 }] },
    { ...OPS, ops: 7 },
    { ...OPS, ops: [7] },
  ];
  for (const message of bad) {
    const { socket, next, group, told } = await live(t);
    const before = shown(group.getSnapshot());
    await socket.say(message);
    assert.equal(shown(group.getSnapshot()), before, JSON.stringify(message));
    assert.deepEqual([told[0], group.getSnapshot().status], [['ops_mismatch', message], 'stale']);
    const second = await next();
    await second.open();
    const [join] = second.takeJoins() as [JoinData];
    assert.deepEqual([join.since, join.ops], [undefined, true]);
    await second.say(say.ack(join, 'sync', 9, { n: 5 }), say.sync('a@9', 9));
    assert.equal(shown(group.getSnapshot()), 'a@9');
    // The numbers of the first socket mean nothing.
    await second.say({ ...OPS, seq: 10, from: 9 }, { ...OPS, n: 5, seq: 11, from: 9 });
    assert.equal(shown(group.getSnapshot()), 'a@11');
    await second.say({ ...message, n: 5, seq: 12, from: 1 });
    assert.equal(told.filter(([code]) => code === 'ops_mismatch').length, 2);
  }
});

test('ops go on from what was kept, or rendered on the server', async (t) => {
  const server = serve(t);
  const initial = { epoch: EPOCH, seq: 4, items: [{ id: 'a', rev: 4, data: { n: 4 } }] };
  const group = server.client.group('s', 'g', initial);
  group.subscribe(() => {});
  const socket = await server.socket();
  await socket.open();
  const [join] = socket.takeJoins() as [JoinData];
  assert.equal(join.since?.seq, 4);
  await socket.say(say.ack(join, 'changes', 4, { n: 3 }), OPS);
  assert.equal(shown(group.getSnapshot()), 'a@9');
  assert.deepEqual(server.warnings, []);
});

test('an item beside its group gets what came for both', async (t) => {
  const { socket, group, told } = await live(t);
  const item = group.item('a');
  item.subscribe(() => {});
  await settle();
  const [join] = socket.takeJoins() as [JoinData];
  assert.deepEqual([join.id, join.ops], ['a', true]);
  await socket.say(say.ack(join, 'sync', 4, { n: 3 }), say.itemSync('a@4', 'a', 4), OPS);
  assert.equal(shown(item.getSnapshot()), 'a@9');
  assert.equal(shown(group.getSnapshot()), 'a@9 b@2');
  assert.deepEqual(told, []);
});

test('another epoch is the one that ops belong to from then on', async (t) => {
  const { socket, group, told } = await live(t);
  await socket.say(say.sync('a@4', 4, { epoch: 'e2' }), OPS);
  const { items, epoch } = group.getSnapshot();
  assert.deepEqual([shown({ items }), epoch, told], ['a@9', 'e2', []]);
});

test('a server that knows no ops is served as ever, and options are checked as ever', async (t) => {
  const { client, socket } = serve(t);
  const group = client.group('s', 'g');
  group.subscribe(() => {});
  const first = await socket();
  await first.open();
  const [join] = first.takeJoins() as [JoinData];
  await first.say(say.ack(join, 'sync', 1), say.sync('a@1', 1), say.change('update', 'a', 2));
  assert.equal(shown(group.getSnapshot()), 'a@2');
  for (const name of ['WebSocket', 'parse', 'onWarning'])
    assert.throws(() => fakeServer({ [name]: 7 as never }, withOps), new RegExp(name));
});
