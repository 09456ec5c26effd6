import path from 'node:path';
import { fileName } from './directory.js';
import { FILE_HEADER_BYTES, fileHeader, frameSeed } from './format.js';
import type { FrameBuilder } from './frame-builder.js';
import { readFrames } from './frame-reader.js';
import { type LogFile, type LogFs, withFile, writeFully } from './fs.js';

/** How much of a segment is known to be good. */
export interface Extent {
  readonly bytes: number;
  readonly frames: number;
}

/** The file that frames are appended to. One call at a time; after an error it is only good for `cut`. */
export class Segment {
  readonly number: number;
  readonly #file: LogFile;
  readonly #seed: number;
  #written: Extent;
  #synced: Extent;

  constructor(number: number, file: LogFile, extent: Extent) {
    this.number = number;
    this.#file = file;
    this.#seed = frameSeed('segment', number);
    this.#written = extent;
    this.#synced = extent;
  }

  /** Makes an empty segment, durably. What a failed attempt left under its name goes. */
  static async create(fs: LogFs, directory: string, number: number): Promise<Segment> {
    const file = await fs.open(path.join(directory, fileName('segment', number)), 'w');
    try {
      await writeFully(file, fileHeader('segment', number), 0);
      await file.datasync();
      await fs.syncDirectory(directory);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new Segment(number, file, { bytes: FILE_HEADER_BYTES, frames: 0 });
  }

  /** What is written, on the device or not. */
  get written(): Extent {
    return this.#written;
  }

  /** What is on the device for certain. */
  get synced(): Extent {
    return this.#synced;
  }

  /** Writes one frame. */
  async append(frame: FrameBuilder): Promise<void> {
    const { bytes, frames } = this.#written;
    const data = frame.seal(this.#seed, frames, this.#synced.bytes);
    await writeFully(this.#file, data, bytes);
    this.#written = { bytes: bytes + data.length, frames: frames + 1 };
  }

  async sync(): Promise<void> {
    const reached = this.#written;
    await this.#file.datasync();
    this.#synced = reached;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/**
 * Cuts a failed segment back to what is on the device, through a descriptor that never saw the failure, and reads it
 * again: after a failed sync the system forgets which pages it did not write.
 */
export async function cutSegment(fs: LogFs, directory: string, number: number, to: Extent): Promise<void> {
  await withFile(fs, path.join(directory, fileName('segment', number)), 'r+', async (file) => {
    await file.truncate(to.bytes);
    await file.datasync();
    const { end, frames } = await readFrames(file, to.bytes, frameSeed('segment', number), () => {});
    if (end !== to.bytes || frames !== to.frames) throw new Error(`segment ${number} does not read back`);
  });
}
