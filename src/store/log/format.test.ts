import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { LocalError } from '../../domain/errors.js';
import {
  FILE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  fileHeader,
  frameSeed,
  RECORD_HEADER_BYTES,
  readFrameHeader,
  sealFrame,
} from './format.js';
import { MemoryFs } from './testing/memory-fs.js';
import { DIRECTORY, openTest, reopen } from './testing/open.js';

const FIRST = `${DIRECTORY}/segment-0000000001.log`;
const SPEC = new URL('../../../spec/log-format.md', import.meta.url);

test('the example of the specification is what the log writes, byte by byte', async () => {
  const [, block = ''] = (await readFile(SPEC, 'utf8')).split('```');
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.set('a', '1');
  await log.setMany([
    { key: 'é', value: '2' },
    { key: 'b', value: '→' },
  ]);
  await log.delete('a');
  await log.close();
  assert.equal(fs.files().get(FIRST)?.toString('hex'), block.replace(/\s/g, ''));
});

/** A frame with a right checksum over `payload`. */
function frame(payload: Buffer, ordinal: number, synced: number): Buffer {
  const data = Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), payload]);
  sealFrame(data, frameSeed('segment', 1), ordinal, synced);
  return data;
}

test('a frame header says what it was sealed with, and zlib has the same checksum', () => {
  for (const [payload, ordinal, synced] of [
    [0, 0, FILE_HEADER_BYTES],
    [1, 1, 2 ** 32 - 1],
    [300, 2 ** 32 - 1, 2 ** 32],
    [100_000, 7, Number.MAX_SAFE_INTEGER],
  ] as const) {
    const bytes = frame(Buffer.alloc(payload, 0xa5), ordinal, synced);
    const checked = [fileHeader('segment', 1).subarray(0, 24), bytes.subarray(0, 20), bytes.subarray(24)];
    const padded = Buffer.concat([Buffer.alloc(3, 0xff), bytes]);
    assert.deepEqual(readFrameHeader(padded, 3), {
      payload,
      ordinal,
      synced,
      checksum: crc32(Buffer.concat(checked)),
    });
  }
});

/** A record without a key and a value. */
const bare = (tag: number): Buffer => Buffer.from([tag, ...Buffer.alloc(RECORD_HEADER_BYTES - 1)]);

for (const [what, payload] of [
  ['an unknown record', bare(9)],
  ['a record that is cut off', bare(1).subarray(0, 5)],
  ['a record that reaches over the end', Buffer.concat([bare(1).fill(1, 5, 6), Buffer.alloc(0)])],
] as const) {
  test(`${what} is damage where it is, for a repair too`, async () => {
    const good = frame(bare(1), 0, FILE_HEADER_BYTES);
    const offset = FILE_HEADER_BYTES + good.length;
    const bad = frame(payload, 1, offset);
    const fs = new MemoryFs();
    fs.put(FIRST, Buffer.concat([fileHeader('segment', 1), good, bad]));
    await assert.rejects(
      reopen(fs),
      (error) =>
        error instanceof LocalError &&
        error.code === 'store_corrupt' &&
        error.message.includes(`${FIRST} is damaged at byte ${offset}:`),
    );
    const { log, reports } = await reopen(fs, { repair: true });
    assert.deepEqual([...log.entries()], [['', '']]);
    assert.equal(reports[0]?.kind === 'salvaged' && reports[0].lostBytes, bad.length);
    await log.close();
  });
}
