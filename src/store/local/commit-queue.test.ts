import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KvConfig } from '../../../generated/config.js';
import { asJson } from '../../domain/json-text.js';
import { createLogger } from '../../observability/logger.js';
import { errno, MemoryFs } from '../log/testing/memory-fs.js';
import { DIRECTORY } from '../log/testing/open.js';
import { type CommitEntry, CommitQueue } from './commit-queue.js';
import { openFileJournal } from './file-journal.js';
import { LocalStore } from './local-store.js';
import { FakeJournal } from './testing/fake-journal.js';

const PATIENCE_MS = 5_000;
const OPTIONS = { tombstones: { maxPerGroup: 100, maxAgeMs: 86_400_000 }, maxQueuedBytes: 1 << 20 };
const CONFIG: KvConfig = {
  store_method: 'file_based',
  file_path: DIRECTORY,
  durability: 'always',
  save_interval_ms: 1000,
  max_queued_bytes: 1 << 20,
  tombstones: { max_per_group: 100, max_age_ms: 86_400_000 },
};

test('what is asked in the turn that ends a batch goes into one next batch', async () => {
  const journal = new FakeJournal();
  const queue = new CommitQueue(journal, 1 << 20);
  const order: string[] = [];
  const push = (key: string, then?: () => void): void =>
    queue.push({
      records: [{ key, value: '' }],
      bytes: 1,
      settle: () => {
        order.push(key);
        then?.();
      },
    });
  push('a', () => {
    // While the batch settles, after it, and when its replies arrive.
    push('b');
    process.nextTick(() => push('c'));
    void Promise.resolve().then(() => push('d'));
  });
  await queue.idle();
  assert.deepEqual(journal.batches, [1, 3]);
  assert.deepEqual([...order].sort(), ['a', 'b', 'c', 'd']);
});

test('a write that a broken disk refuses has it tried again at once', async (t) => {
  // The pauses between two attempts never end, so that only who asks brings the store back.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const fs = new MemoryFs();
  const lines: string[] = [];
  const logger = createLogger({ level: 'silent', format: 'json' });
  const told = (_fields: unknown, line?: string): void => void lines.push(line ?? '');
  Object.assign(logger, { error: told, info: told });
  const store = await LocalStore.open(OPTIONS, await openFileJournal(CONFIG, { logger, fs }));
  const write = async (): Promise<void> => {
    await store.commit({ stream: 's', group: 'g', item: 'i' }, { kind: 'set', value: asJson('1') });
  };
  fs.hook = ({ name }) => {
    if (name === 'write') throw errno('EIO');
    return undefined;
  };
  await assert.rejects(write(), /EIO/);
  fs.hook = undefined;
  for (const end = performance.now() + PATIENCE_MS; !store.health().writable; ) {
    assert.ok(performance.now() < end, 'nobody tries');
    await write().catch(() => {});
    await nextTurn();
  }
  await write();
  assert.deepEqual([lines[0], lines.at(-1)], ['the store takes no writes', 'the store takes writes again']);
  await store[Symbol.asyncDispose]();
});

test('housekeeping waits while one write alone fills the queue', async () => {
  const queue = new CommitQueue(new FakeJournal(), 10);
  const entry = (bytes: number) => ({ records: [{ key: 'k', value: '' }], bytes, settle: () => {} });
  queue.push(entry(11));
  assert.equal(queue.tryPush(entry(0)), false);
  assert.throws(() => queue.push(entry(1)), /max_queued_bytes/);
  await queue.idle();
  assert.equal(queue.tryPush(entry(0)), true);
  await queue.idle();
});

test('a batch stays open while each turn brings more, and not for ever', async () => {
  const journal = new FakeJournal();
  const queue = new CommitQueue(journal, 1 << 20);
  const push = (): void => queue.push({ records: [{ key: 'k', value: '' }], bytes: 1, settle: () => {} });
  push();
  for (let turn = 0; journal.batches.length === 0; turn += 1) {
    assert.ok(turn < 100, 'calls that never end keep the batch open');
    await nextTurn();
    push();
  }
  assert.ok((journal.batches[0] ?? 0) >= 3, `the batch held ${journal.batches[0]}`);
  await queue.idle();
});

test('one write runs at a time, whatever is asked meanwhile', async () => {
  let running = 0;
  let most = 0;
  class Slow extends FakeJournal {
    override async write(...batch: Parameters<FakeJournal['write']>): Promise<void> {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      await super.write(...batch);
      running -= 1;
    }
  }
  const journal = new Slow();
  const queue = new CommitQueue(journal, 1 << 20);
  const push = (): void => queue.push({ records: [{ key: 'k', value: '' }], bytes: 1, settle: () => {} });
  push();
  for (let turn = 0; turn < 15; turn += 1) {
    await nextTurn();
    if (turn % 3 === 0) push();
  }
  await queue.idle();
  assert.equal(most, 1);
  assert.equal(journal.batches.length, 2);
});

test('a reply that throws keeps no other caller waiting', async () => {
  const queue = new CommitQueue(new FakeJournal(), 1 << 20);
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  const thrown = once(process, 'unhandledRejection');
  const answered: string[] = [];
  const entry = (key: string, reply: () => void): CommitEntry => ({
    records: [{ key, value: '' }],
    bytes: 1,
    settle: () => {},
    reply,
  });
  try {
    queue.push(
      entry('a', () => {
        throw new Error('from a reply');
      }),
    );
    queue.push(entry('b', () => answered.push('b')));
    await queue.idle();
    assert.deepEqual(answered, ['b']);
    assert.match(String((await thrown)[0]), /from a reply/);
  } finally {
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
});
