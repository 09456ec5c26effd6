import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileName, temporaryName } from './directory.js';
import { FILE_HEADER_BYTES, fileHeader, fileSeed } from './format.js';
import { FrameBuilder } from './frame-builder.js';
import { type LogFile, type LogFs, withFile, writeFully } from './fs.js';
import type { LogState } from './state.js';

const FRAME_BYTES = 256 * 1024;
/** Milliseconds that encoding may hold the process up at a time. */
const SLICE_MS = 2;
/** Entries between two looks at the clock. */
const LOOK = 32;
/** A sync of everything at the end would hold up the log's own syncs. */
const SYNC_BYTES = 8 * 1024 * 1024;

/**
 * Writes the state to a temporary file, synced, while it goes on changing: a snapshot holds everything of the segments
 * before its number, and of later changes some. Answers its size.
 * @throws when `signal` aborts
 */
export async function writeSnapshot(
  fs: LogFs,
  directory: string,
  number: number,
  state: LogState,
  signal?: AbortSignal,
): Promise<number> {
  return withFile(fs, path.join(directory, temporaryName(number)), 'w', async (file) => {
    const output = new SnapshotOutput(file, number);
    await writeFully(file, fileHeader('snapshot', number), 0);
    let records = 0;
    let sliceEnd = performance.now() + SLICE_MS;
    for (const [key, value] of state.stable()) {
      output.frame.set(key, value);
      records += 1;
      if (output.frame.length < FRAME_BYTES && (records % LOOK !== 0 || performance.now() < sliceEnd))
        continue;
      signal?.throwIfAborted();
      if (output.frame.length < FRAME_BYTES) await nextTurn();
      else await output.flush();
      sliceEnd = performance.now() + SLICE_MS;
    }
    output.frame.end(records);
    await output.flush();
    await file.datasync();
    return output.bytes;
  });
}

/** Makes a finished temporary file the snapshot `number`. */
export async function publishSnapshot(fs: LogFs, directory: string, number: number): Promise<void> {
  const to = path.join(directory, fileName('snapshot', number));
  await fs.rename(path.join(directory, temporaryName(number)), to);
  await fs.syncDirectory(directory);
}

class SnapshotOutput {
  readonly frame = new FrameBuilder();
  readonly #file: LogFile;
  readonly #seed: number;
  #frames = 0;
  #synced = FILE_HEADER_BYTES;
  bytes = FILE_HEADER_BYTES;

  constructor(file: LogFile, number: number) {
    this.#file = file;
    this.#seed = fileSeed('snapshot', number);
  }

  async flush(): Promise<void> {
    const data = this.frame.seal(this.#seed, this.#frames, 0);
    await writeFully(this.#file, data, this.bytes);
    this.#frames += 1;
    this.bytes += data.length;
    this.frame.reset();
    if (this.bytes - this.#synced < SYNC_BYTES) return;
    await this.#file.datasync();
    this.#synced = this.bytes;
  }
}
