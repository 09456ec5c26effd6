import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import type { UpdateOp } from '../../generated/functions.js';
import type { OpsMessage, SubscribedMessage } from '../../generated/socket.js';
import { bundle } from '../../scripts/client/bundle.js';
import { createReplay, isOps } from './ops.js';
import type { StreamItem } from './types.js';

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

const SUBSCRIBED: SubscribedMessage = {
  type: 'subscribed',
  subscriptionId: '1',
  streamName: 's',
  groupId: 'g',
  mode: 'sync',
  epoch: 'e',
  seq: 4,
  n: 3,
};
const OPS: OpsMessage = {
  n: 3,
  id: 'a',
  seq: 9,
  from: 4,
  ops: [{ type: 'append', path: 'text', value: 'y' }],
};

function open(item?: StreamItem) {
  const warned: OpsMessage[] = [];
  const replay = createReplay((code, message) => {
    assert.equal(code, 'ops_mismatch');
    warned.push(message);
  });
  replay.subscribed(SUBSCRIBED);
  const held = { epoch: 'e', get: (id: string) => (id === 'a' ? item : undefined) };
  return { replay, warned, update: (message: OpsMessage) => replay.update(message, held) };
}

test('ops become the update that they stand for', () => {
  const item = { id: 'a', rev: 4, data: { text: 'x' } };
  const { replay, warned, update } = open(item);
  assert.deepEqual(replay.address(OPS), { streamName: 's', groupId: 'g' });
  assert.deepEqual(update(OPS), {
    type: 'stream',
    timestamp: 0,
    streamName: 's',
    groupId: 'g',
    id: 'a',
    event: { type: 'update', data: { text: 'xy' } },
    seq: 9,
    epoch: 'e',
  });
  assert.deepEqual(item.data, { text: 'x' });
  assert.equal(update({ ...OPS, seq: 4, from: 2 }), 'known');
  assert.deepEqual([replay.mismatches(), warned], [0, []]);
  assert.deepEqual([isOps(OPS), isOps(SUBSCRIBED)], [true, false]);
  assert.equal(replay.address({ ...OPS, n: 4 }), undefined);
});

test('what does not go on from here is counted and told, and guessed never', () => {
  const data = { text: 'x', n: 2 ** 53 };
  const bad: [OpsMessage, StreamItem | undefined][] = [
    [
      { ...OPS, from: 5 },
      { id: 'a', rev: 4, data },
    ],
    [
      { ...OPS, from: 3 },
      { id: 'a', rev: 4, data },
    ],
    [OPS, undefined],
    [
      { ...OPS, n: 8 },
      { id: 'a', rev: 4, data },
    ],
    [
      { ...OPS, ops: [...(OPS.ops as []), { type: 'increment', path: 'text', by: 1 }] },
      { id: 'a', rev: 4, data },
    ],
    // 2^53 + 1 reads as the same double.
    [
      { ...OPS, ops: [{ type: 'decrement', path: 'n', by: 9 }] },
      { id: 'a', rev: 4, data },
    ],
  ];
  for (const [message, item] of bad) {
    const { replay, warned, update } = open(item);
    assert.equal(update(message), 'mismatch', JSON.stringify(message));
    assert.deepEqual([replay.mismatches(), warned], [1, [message]]);
  }
});

test('numbers of one socket mean nothing on the next', () => {
  const { replay, update } = open({ id: 'a', rev: 4, data: { text: 'x' } });
  replay.forget();
  assert.equal(replay.address(OPS), undefined);
  assert.equal(update(OPS), 'mismatch');
});
