import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import type { LogFile, LogFs } from './fs.js';
import { nodeFs } from './fs.js';
import { openTest, temporaryDirectory } from './testing/open.js';

const ENTRIES = 40_000;
const VALUE = 'v'.repeat(300);

const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    key: `key-${(from + n) % ENTRIES}`,
    value: `${from} ${VALUE}`,
  }));

test('a compaction gives way to everything else, and writes go on through it', async (t) => {
  /** Bytes of each write of a snapshot: what is encoded without a turn of the event loop in between. */
  const pieces: number[] = [];
  let snapshot = false;
  const fs: LogFs = {
    ...nodeFs,
    open: async (name, flags) => {
      const file = await nodeFs.open(name, flags);
      if (!name.endsWith('.tmp')) return file;
      snapshot = true;
      const write: LogFile['write'] = (buffer, offset, length, position) => {
        pieces.push(length);
        return file.write(buffer, offset, length, position);
      };
      return new Proxy(file, {
        get: (target, member) => {
          if (member === 'write') return write;
          const value: unknown = Reflect.get(target, member, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
    rename: (from, to) => {
      if (from.endsWith('.tmp')) snapshot = false;
      return nodeFs.rename(from, to);
    },
  };
  const directory = await temporaryDirectory(t);
  const log = await openTest({ directory, fs, segmentBytes: 8 * 1024 * 1024 });
  for (let from = 0; from < ENTRIES; from += 1000) await log.setMany(entries(from, 1000));

  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let during = 0;
  for (let n = 0; log.stats().compactions === 0; n += 1) {
    await log.setMany(entries(n * 64, 64));
    if (snapshot) during += 1;
  }
  delay.disable();
  const { diskBytes, liveBytes } = log.stats();
  assert.ok(diskBytes < 2 * liveBytes, `${diskBytes} bytes on disk for ${liveBytes}`);
  assert.ok(pieces.length > 30 && Math.max(...pieces) < 300_000, `pieces of ${pieces.join()} bytes`);
  assert.ok(during > 0, `${during} writes during the snapshot`);
  // Other programs on this machine have their part in it, so it is told and not asserted.
  t.diagnostic(`longest pause ${(delay.max / 1e6).toFixed(1)} ms, ${during} writes during the snapshot`);
  await log.close();
});
