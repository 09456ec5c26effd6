import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FILE_HEADER_BYTES, sealFrame } from './format.js';
import { readFrames } from './frame-reader.js';
import type { LogFile } from './fs.js';
import { ReadAhead } from './read-ahead.js';
import { randomFrom } from './testing/model.js';

/** A file of which every read takes a turn, the ones from `failsFrom` on fail, and each gives at most `most` bytes. */
class SlowFile implements Pick<LogFile, 'read'> {
  readonly #content: Buffer;
  readonly #failsFrom: number;
  readonly #most: number;
  reading = 0;
  reads = 0;

  constructor(content: Buffer, { failsFrom = Number.POSITIVE_INFINITY, most = 1e9 } = {}) {
    this.#content = content;
    this.#failsFrom = failsFrom;
    this.#most = most;
  }

  async read(buffer: Buffer, offset: number, length: number, at: number): Promise<{ bytesRead: number }> {
    this.reading += 1;
    this.reads += 1;
    await nextTurn();
    this.reading -= 1;
    if (at >= this.#failsFrom) throw new Error('the device is gone');
    const bytesRead = this.#content.copy(buffer, offset, at, at + Math.min(length, this.#most));
    return { bytesRead };
  }
}

const asFile = (file: SlowFile): LogFile => file as unknown as LogFile;

/** A file of frames with payloads of these sizes. */
function fileOf(...payloads: number[]): Buffer {
  const frames = payloads.map((payload, ordinal) => {
    const frame = Buffer.alloc(24 + payload, ordinal + 1);
    sealFrame(frame, 7, ordinal, 0);
    return frame;
  });
  return Buffer.concat([Buffer.alloc(FILE_HEADER_BYTES), ...frames]);
}

test('gives a file back in pieces of any size', async () => {
  const chance = randomFrom(5);
  const content = Buffer.from(Array.from({ length: 3000 }, () => chance() * 256));
  for (const [chunk, largest] of [
    [1, 3],
    [64, 20],
    [64, 500],
    [4096, 100],
  ] as const) {
    const ahead = new ReadAhead(asFile(new SlowFile(content, { most: 50 })), 10, 2900, chunk);
    const pieces: Buffer[] = [];
    for (let left = 2890; left > 0; ) {
      const bytes = Math.min(left, 1 + Math.floor(chance() * largest));
      assert.ok(await ahead.fill(bytes));
      pieces.push(Buffer.from(ahead.buffer.subarray(ahead.at, ahead.at + bytes)));
      ahead.skip(bytes);
      left -= bytes;
    }
    assert.ok(Buffer.concat(pieces).equals(content.subarray(10, 2900)), `chunks of ${chunk}`);
    assert.equal(await ahead.fill(1), false);
  }
});

test('a file that has become shorter ends early', async () => {
  const ahead = new ReadAhead(asFile(new SlowFile(Buffer.alloc(100))), 0, 1000, 64);
  assert.ok(await ahead.fill(100));
  assert.equal(await ahead.fill(101), false);
});

test('the next chunk is on its way before the current one is used', async () => {
  const file = new SlowFile(Buffer.alloc(1000));
  const ahead = new ReadAhead(asFile(file), 0, 1000, 100);
  await ahead.fill(1);
  assert.deepEqual({ reading: file.reading, reads: file.reads }, { reading: 1, reads: 2 });
  await ahead.end();
  assert.equal(file.reading, 0);
});

test('a failed read is told to who asks for its bytes, and not before', async () => {
  const ahead = new ReadAhead(asFile(new SlowFile(Buffer.alloc(1000), { failsFrom: 100 })), 0, 1000, 100);
  assert.ok(await ahead.fill(100));
  // Long enough for a rejection that nobody listens to, which would fail this test.
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  await assert.rejects(ahead.fill(101), /device is gone/);
});

test('frames of every size are read, across chunks and larger than them', async () => {
  const payloads = [9, 300_000, 0, 262_144 - 24, 1_000_000, 5, 600_000, 262_144, 1];
  const content = fileOf(...payloads);
  const seen: number[] = [];
  const end = await readFrames(asFile(new SlowFile(content)), content.length, 7, (_, from, to) =>
    seen.push(to - from),
  );
  assert.deepEqual(seen, payloads);
  assert.deepEqual(end, { end: content.length, frames: payloads.length, fault: undefined });
});

test('damage is told with its offset though the read of what follows fails, and no read outlives the call', async () => {
  const content = fileOf(100, 100, 400_000);
  content[FILE_HEADER_BYTES + 124 + 60] = 0;
  const file = new SlowFile(content, { failsFrom: 200_000 });
  const found = await readFrames(asFile(file), content.length, 7, () => {});
  assert.deepEqual(found, {
    end: FILE_HEADER_BYTES + 124,
    frames: 1,
    fault: 'a checksum does not match',
  });
  assert.deepEqual({ reading: file.reading, reads: file.reads }, { reading: 0, reads: 2 });
});

test('what a visitor throws counts though the read of what follows fails', async () => {
  const content = fileOf(100, 400_000);
  const file = new SlowFile(content, { failsFrom: 200_000 });
  const visit = (): void => {
    throw new Error('no record');
  };
  await assert.rejects(readFrames(asFile(file), content.length, 7, visit), /no record/);
  assert.deepEqual({ reading: file.reading, reads: file.reads }, { reading: 0, reads: 2 });
});

test('a file that cannot be read on is no damage', async () => {
  const content = fileOf(100, 400_000);
  const file = new SlowFile(content, { failsFrom: 200_000 });
  await assert.rejects(
    readFrames(asFile(file), content.length, 7, () => {}),
    /device is gone/,
  );
});
