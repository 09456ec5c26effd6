import {
  FILE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  type FrameHeader,
  frameChecksum,
  MAX_FRAME_BYTES,
  PAGE_BYTES,
  readFrameHeader,
} from './format.js';
import type { LogFile } from './fs.js';
import { ReadAhead } from './read-ahead.js';

const CHUNK_BYTES = 256 * 1024;
const MAGIC = Buffer.alloc(4);
MAGIC.writeUInt32LE(FRAME_MAGIC);

/** How far a file could be read. */
export interface ReadEnd {
  /** The offset after the last valid frame. */
  readonly end: number;
  /** Valid frames in a row from the start. */
  readonly frames: number;
  /** What is wrong at `end`; undefined when the file ends there. */
  readonly fault: string | undefined;
}

/** Hands the payload `buffer[from, to)` of each frame to `visit`, up to the first one that is not valid. */
export async function readFrames(
  file: LogFile,
  size: number,
  seed: number,
  visit: (buffer: Buffer, from: number, to: number) => void,
): Promise<ReadEnd> {
  const bytes = new ReadAhead(file, FILE_HEADER_BYTES, size, CHUNK_BYTES);
  try {
    return await walkFrames(bytes, size, seed, visit);
  } finally {
    await bytes.end();
  }
}

async function walkFrames(
  bytes: ReadAhead,
  size: number,
  seed: number,
  visit: (buffer: Buffer, from: number, to: number) => void,
): Promise<ReadEnd> {
  let end = FILE_HEADER_BYTES;
  let frames = 0;
  const fault = (what: string): ReadEnd => ({ end, frames, fault: what });
  while (end < size) {
    // Nothing is awaited for what is there already: a log of small writes has a million frames.
    if (!bytes.has(FRAME_HEADER_BYTES) && !(await bytes.fill(FRAME_HEADER_BYTES)))
      return fault('the file ends within a frame header');
    const header = readFrameHeader(bytes.buffer, bytes.at);
    if (header === undefined) return fault('no frame begins here');
    if (header.ordinal !== frames) return fault(`frame ${frames} is missing`);
    const length = FRAME_HEADER_BYTES + header.payload;
    if (header.payload > MAX_FRAME_BYTES || length > size - end) return fault('the file ends within a frame');
    if (!bytes.has(length) && !(await bytes.fill(length))) return fault('the file ends within a frame');
    const { buffer, at } = bytes;
    if (frameChecksum(buffer, at, at + length, seed) !== header.checksum)
      return fault('a checksum does not match');
    visit(buffer, at + FRAME_HEADER_BYTES, at + length);
    bytes.skip(length);
    end += length;
    frames += 1;
  }
  return { end, frames, fault: undefined };
}

/** A valid frame found by looking at every byte. */
export interface FoundFrame extends FrameHeader {
  /** From the start of the searched bytes. */
  readonly at: number;
  readonly bytes: number;
}

/** The first valid frame in `bytes` at or after `from`. */
export function findFrame(bytes: Buffer, from: number, seed: number): FoundFrame | undefined {
  for (let at = bytes.indexOf(MAGIC, from); at !== -1; at = bytes.indexOf(MAGIC, at + 1)) {
    if (at + FRAME_HEADER_BYTES > bytes.length) return undefined;
    const header = readFrameHeader(bytes, at) as FrameHeader;
    const length = FRAME_HEADER_BYTES + header.payload;
    if (at + length > bytes.length) continue;
    if (frameChecksum(bytes, at, at + length, seed) === header.checksum) {
      return { ...header, at, bytes: length };
    }
  }
  return undefined;
}

/**
 * Whether what follows the last frame, which ends at `end`, is what a write over old content leaves there: zeros to the
 * end of the page and no next frame. Then no write was cut off, as far as can be told.
 */
export function isUnused(rest: Buffer, end: number, frames: number): boolean {
  const page = rest.subarray(0, (PAGE_BYTES - (end % PAGE_BYTES)) % PAGE_BYTES);
  if (page.some((byte) => byte !== 0)) return false;
  const next = page.length === 0 && rest.length >= FRAME_HEADER_BYTES ? readFrameHeader(rest, 0) : undefined;
  return next?.ordinal !== frames;
}
