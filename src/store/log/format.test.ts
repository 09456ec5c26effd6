import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { LocalError } from '../../domain/errors.js';
import {
  FILE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  fileHeader,
  fileSeed,
  RECORD_HEADER_BYTES,
  readFrameHeader,
  sealFrame,
  sealRecord,
} from './format.js';
import { FrameBuilder } from './frame-builder.js';
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
  sealFrame(data, fileSeed('segment', 1), ordinal, synced);
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

/** A record with a right checksum, without a key and a value, or with a key that it does not have. */
function bare(tag: number, keyBytes = 0): Buffer {
  const record = Buffer.alloc(RECORD_HEADER_BYTES);
  record[5] = tag;
  record[6] = keyBytes;
  sealRecord(record, 0, record.length, fileSeed('segment', 1));
  return record;
}

for (const [what, payload, message] of [
  ['a record of an unknown kind', bare(9), /: a record has the unknown tag 9\./],
  ['a record with an unknown bit in its tag', bare(0x41), /: a record has the unknown tag 65\./],
  ['a record without its marker', bare(1).fill(0, 0, 1), /: no record begins here\./],
  ['a record that is cut off', bare(1).subarray(0, 5), /: a record is cut off\./],
  ['a record that reaches over the end', bare(1, 200), /: a record is cut off\./],
] as const) {
  test(`${what} is damage where it is, and for a repair it alone`, async () => {
    const good = frame(bare(1), 0, FILE_HEADER_BYTES);
    const offset = FILE_HEADER_BYTES + good.length;
    const after = new FrameBuilder();
    after.set('after', '1');
    const record = after.seal(fileSeed('segment', 1), 0, 0).subarray(FRAME_HEADER_BYTES);
    const bad = frame(Buffer.concat([payload, record]), 1, offset);
    const fs = new MemoryFs();
    fs.put(FIRST, Buffer.concat([fileHeader('segment', 1), good, bad]));
    await assert.rejects(
      reopen(fs),
      (error) =>
        error instanceof LocalError &&
        error.code === 'store_corrupt' &&
        error.message.includes(`${FIRST} is damaged at byte ${offset}:`) &&
        message.test(error.message),
    );
    const { log, reports } = await reopen(fs, { repair: true });
    assert.deepEqual(
      [...log.entries()],
      [
        ['', ''],
        ['after', '1'],
      ],
    );
    assert.equal(reports[0]?.kind === 'salvaged' && reports[0].lostBytes, payload.length);
    await log.close();
  });
}
