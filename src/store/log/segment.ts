import path from 'node:path';
import { fileName } from './directory.js';
import { FILE_HEADER_BYTES, fileHeader, fileSeed, PAGE_BYTES } from './format.js';
import type { FrameBuilder } from './frame-builder.js';
import { readFrames } from './frame-reader.js';
import { type LogFile, type LogFs, withFile, writeFully } from './fs.js';
import type { Spares } from './spares.js';

/** How much of a segment is known to be good. */
export interface Extent {
  readonly bytes: number;
  readonly frames: number;
}

/**
 * The file that frames are appended to. One call at a time; after an error it is only good for `cut`.
 *
 * Over a spare, each write reaches to the end of a page: the system need not read a page to change a part of it.
 */
export class Segment {
  readonly number: number;
  readonly #file: LogFile;
  readonly #seed: number;
  #written: Extent;
  #synced: Extent;
  /** Where the file ends: behind what is written, in a spare. */
  #size: number;

  constructor(number: number, file: LogFile, extent: Extent, size = extent.bytes) {
    this.number = number;
    this.#file = file;
    this.#seed = fileSeed('segment', number);
    this.#written = extent;
    this.#synced = extent;
    this.#size = size;
  }

  /** Makes an empty segment, durably, over a spare if there is one. What a failed attempt left under its name goes. */
  static async create(fs: LogFs, directory: string, number: number, spares?: Spares): Promise<Segment> {
    const name = path.join(directory, fileName('segment', number));
    const size = (await spares?.take(name)) ?? 0;
    const file = await fs.open(name, size > 0 ? 'r+' : 'w');
    try {
      const header = Buffer.alloc(FILE_HEADER_BYTES + padding(FILE_HEADER_BYTES, size));
      fileHeader('segment', number).copy(header);
      await writeFully(file, header, 0);
      await file.datasync();
      await fs.syncDirectory(directory);
      const extent = { bytes: FILE_HEADER_BYTES, frames: 0 };
      return new Segment(number, file, extent, Math.max(size, header.length));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** What is written, on the device or not. */
  get written(): Extent {
    return this.#written;
  }

  /** What is on the device for certain. */
  get synced(): Extent {
    return this.#synced;
  }

  /** Bytes that the file takes, with what is left of a spare. */
  get size(): number {
    return this.#size;
  }

  /** Writes one frame. */
  async append(frame: FrameBuilder): Promise<void> {
    const { bytes, frames } = this.#written;
    const end = bytes + frame.length;
    const data = frame.seal(this.#seed, frames, this.#synced.bytes, padding(end, this.#size));
    await writeFully(this.#file, data, bytes);
    this.#written = { bytes: end, frames: frames + 1 };
    this.#size = Math.max(this.#size, bytes + data.length);
  }

  async sync(): Promise<void> {
    const reached = this.#written;
    await this.#file.datasync();
    this.#synced = reached;
  }

  /** Ends the file behind its last frame, durably. */
  async trim(): Promise<void> {
    const { bytes } = this.#written;
    if (this.#size === bytes) return;
    await this.#file.truncate(bytes);
    this.#size = bytes;
    await this.sync();
  }

  /** Whether its file has a name still. True where that cannot be seen. */
  isLinked(): Promise<boolean> {
    return this.#file.stat().then(
      ({ nlink }) => nlink > 0,
      () => true,
    );
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Bytes that the closed files take; what compaction looks at. */
export class DiskUsage {
  readonly #segments = new Map<number, number>();
  #snapshot = 0;
  #snapshotNumber = 0;
  /** Of all closed files. */
  bytes = 0;

  /** Names of the closed files. */
  get names(): string[] {
    const names = [...this.#segments.keys()].map((number) => fileName('segment', number));
    if (this.#snapshotNumber > 0) names.push(fileName('snapshot', this.#snapshotNumber));
    return names;
  }

  closed(number: number, bytes: number): void {
    this.#segments.set(number, bytes);
    this.#sum();
  }

  /** A snapshot replaced every segment before `number`. */
  snapshot(number: number, bytes: number): void {
    this.#snapshot = bytes;
    this.#snapshotNumber = number;
    for (const segment of this.#segments.keys()) if (segment < number) this.#segments.delete(segment);
    this.#sum();
  }

  #sum(): void {
    this.bytes = this.#snapshot;
    for (const bytes of this.#segments.values()) this.bytes += bytes;
  }
}

/** Bytes from `end` to the end of its page, in a file that has a page there already. */
const padding = (end: number, size: number): number =>
  end < size ? (PAGE_BYTES - (end % PAGE_BYTES)) % PAGE_BYTES : 0;

/**
 * Cuts a failed segment back to what is on the device, through a descriptor that never saw the failure, and reads it
 * again: after a failed sync the system forgets which pages it did not write.
 */
export async function cutSegment(fs: LogFs, directory: string, number: number, to: Extent): Promise<void> {
  await withFile(fs, path.join(directory, fileName('segment', number)), 'r+', async (file) => {
    await file.truncate(to.bytes);
    await file.datasync();
    const { end, frames } = await readFrames(file, to.bytes, fileSeed('segment', number), () => {});
    if (end !== to.bytes || frames !== to.frames) throw new Error(`segment ${number} does not read back`);
  });
}
