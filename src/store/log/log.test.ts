import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamError } from '../../domain/errors.js';
import { MemoryFs } from './testing/memory-fs.js';
import { openTest, reopen } from './testing/open.js';

const reason = (wanted: string) => (error: unknown) =>
  error instanceof StreamError && error.reason === wanted;

test('each write is synced before it counts, and one frame at a time is on its way', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  const trace: string[] = [];
  fs.hook = async ({ name }) => {
    // What counts too early does so before the sync is over.
    if (name === 'datasync') await new Promise(setImmediate);
    trace.push(name);
    return undefined;
  };
  const write = (key: string) => log.log.write([{ key, value: '1' }], [], () => trace.push(key));
  await Promise.all([write('a'), write('b')]);
  assert.deepEqual(trace, ['write', 'datasync', 'a', 'write', 'datasync', 'b']);
  assert.equal(log.stats().frames, 2);
  fs.hook = undefined;
  await log.close();
});

test('sets and deletes of a write are one frame', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.setMany(['a', 'b', 'c'].map((key) => ({ key, value: '1' })));
  await log.log.write([{ key: 'd', value: '1' }], ['a', 'c', 'never'], () => {});
  assert.equal(log.stats().frames, 2);
  await log.close();
  const { log: again } = await reopen(fs);
  assert.deepEqual([...again.entries()].sort(), [
    ['b', '1'],
    ['d', '1'],
  ]);
  await again.close();
});

test('a write that cannot be stored leaves nothing of itself, and the log goes on', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  const good = log.set('good', '1');
  const half = log.setMany([
    { key: 'a', value: '1' },
    { key: 'b', value: '\ud800' },
  ]);
  await assert.rejects(half, reason('invalid_input'));
  await good;
  await log.set('later', '1');
  assert.deepEqual([...log.entries()].map(([key]) => key).sort(), ['good', 'later']);
  await log.close();
  const { log: again } = await reopen(fs);
  assert.equal(again.stats().entries, 2);
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
  await log.setMany(entries);
  assert.equal(log.stats().frames, 1);
  await log.set('after', '1');
  await log.close();
  const { log: again } = await reopen(fs);
  for (const { key, value } of entries) assert.equal(again.get(key), value);
  assert.equal(again.get('after'), '1');
  await again.close();
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
