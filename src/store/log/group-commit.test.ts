import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamError } from '../../domain/errors.js';
import { MemoryFs } from './testing/memory-fs.js';
import { openTest, reopen } from './testing/open.js';

const reason = (wanted: string) => (error: unknown) =>
  error instanceof StreamError && error.reason === wanted;

test('each write is synced before its answer, and what is asked meanwhile shares the next frame', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  const trace: string[] = [];
  let during: Promise<unknown>[] = [];
  fs.hook = async ({ name }) => {
    if (name === 'datasync') {
      // Whoever is answered too early is so before the sync is over.
      await new Promise(setImmediate);
      if (during.length === 0) {
        during = Array.from({ length: 50 }, (_, n) => log.set(`k${n}`, 'x').then(() => trace.push('answer')));
      }
    }
    trace.push(name);
    return undefined;
  };
  await log.set('first', '1').then(() => trace.push('first'));
  await Promise.all(during);
  assert.deepEqual(trace, [
    'write',
    'datasync',
    'first',
    'write',
    'datasync',
    ...Array.from({ length: 50 }, () => 'answer'),
  ]);
  assert.equal(log.stats().batches, 2);
  fs.hook = undefined;
  await log.close();
});

test('nothing shows before it is durable', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  const seen: unknown[] = [];
  fs.hook = async ({ name }) => {
    if (name === 'datasync') seen.push(await log.get('a'), await log.has('a'), [...log.entries()]);
    return undefined;
  };
  await log.set('a', '1');
  assert.deepEqual(seen, [undefined, false, []]);
  assert.equal(await log.get('a'), '1');
  fs.hook = undefined;
  await log.close();
});

test('the queue is bounded by bytes, and empties', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, maxQueuedBytes: 1000 });
  const accepted = log.set('a', 'x'.repeat(900));
  await assert.rejects(log.set('b', 'x'.repeat(200)), reason('overloaded'));
  await accepted;
  assert.equal(log.stats().queuedBytes, 0);
  // One that is larger than the bound still goes, alone.
  await log.set('c', 'x'.repeat(5000));
  assert.equal(log.stats().queuedBytes, 0);
  await log.close();
});

test('a request that cannot be stored takes nothing of itself and nobody else with it', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  const good = log.set('good', '1');
  const half = log.setMany([
    { key: 'a', value: '1' },
    { key: 'b', value: '\ud800' },
  ]);
  await assert.rejects(half, reason('invalid_input'));
  await assert.rejects(log.set('number', 7), reason('invalid_input'));
  await good;
  assert.deepEqual([...log.entries()], [['good', '1']]);
  await log.close();
  const { log: again } = await reopen(fs);
  assert.deepEqual([...again.entries()], [['good', '1']]);
  await assert.rejects(again.setMany([{ key: 'b', value: 'x\udc00' }]), reason('invalid_input'));
  await again.close();
});

test('any well-formed text survives, a frame larger than any read buffer too', async () => {
  const fs = new MemoryFs();
  const entries = [
    { key: 'ascii', value: 'plain' },
    { key: 'clé', value: 'é' },
    { key: '鍵', value: 'plain' },
    { key: 'emoji', value: '😀\u0000"\\' },
    { key: 'empty', value: '' },
    { key: '', value: 'empty key' },
    { key: '__proto__', value: '1' },
    { key: 'large', value: 'é'.repeat(3_000_000) },
  ];
  const log = await openTest({ fs });
  assert.deepEqual(
    await log.setMany(entries),
    entries.map(() => true),
  );
  assert.equal(log.stats().batches, 1);
  await log.set('after', '1');
  await log.close();
  const { log: again } = await reopen(fs);
  for (const { key, value } of entries) assert.equal(await again.get(key), value);
  assert.equal(await again.get('after'), '1');
  await again.close();
});

test('answers of deletions follow the order of the writes', async () => {
  const log = await openTest({ fs: new MemoryFs() });
  const answers = [
    log.delete('a'),
    log.set('a', '1'),
    log.delete('a'),
    log.delete('a'),
    log.set('b', '1'),
    log.deleteMany(['x', 'b']),
    log.deleteMany(['x', 'b']),
    log.deleteMany([]),
  ];
  assert.deepEqual(await Promise.all(answers), [false, true, true, false, true, true, false, false]);
  await log.close();
});

test('a close waits for what is queued and refuses what comes after', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  const write = log.set('a', '1');
  const closed = log.close();
  await assert.rejects(log.set('b', '1'), reason('unavailable'));
  assert.equal(log.health().writable, false);
  await Promise.all([write, closed, log.close()]);
  assert.equal(fs.files().has('/store/LOCK'), false);
  const { log: again } = await reopen(fs);
  assert.deepEqual([...again.entries()], [['a', '1']]);
  await again.close();
});
