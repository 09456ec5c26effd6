import {
  FILE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  type FrameHeader,
  frameChecksum,
  MAX_FRAME_BYTES,
  readFrameHeader,
} from './format.js';
import { type LogFile, readFully } from './fs.js';

const CHUNK_BYTES = 1024 * 1024;
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
  let buffer = Buffer.allocUnsafeSlow(Math.max(FRAME_HEADER_BYTES, Math.min(CHUNK_BYTES, size)));
  /** The file offset of the buffer's first byte, the bytes in it, and the place read up to. */
  let base = FILE_HEADER_BYTES;
  let filled = 0;
  let at = 0;
  let frames = 0;

  const fill = async (need: number): Promise<boolean> => {
    if (at + need <= filled) return true;
    const rest = filled - at;
    const target = need > buffer.length ? Buffer.allocUnsafeSlow(need) : buffer;
    buffer.copy(target, 0, at, filled);
    buffer = target;
    base += at;
    at = 0;
    const wanted = Math.min(buffer.length, size - base);
    filled = rest + (await readFully(file, buffer.subarray(rest, Math.max(rest, wanted)), base + rest));
    return filled >= need;
  };

  while (base + at < size) {
    const fault = (what: string): ReadEnd => ({ end: base + at, frames, fault: what });
    if (!(await fill(FRAME_HEADER_BYTES))) return fault('the file ends within a frame header');
    const header = readFrameHeader(buffer, at);
    if (header === undefined) return fault('no frame begins here');
    if (header.ordinal !== frames) return fault(`frame ${frames} is missing`);
    const bytes = FRAME_HEADER_BYTES + header.payload;
    if (header.payload > MAX_FRAME_BYTES || bytes > size - base - at)
      return fault('the file ends within a frame');
    if (!(await fill(bytes))) return fault('the file ends within a frame');
    const frame = buffer.subarray(at, at + bytes);
    if (frameChecksum(frame, seed) !== header.checksum) return fault('a checksum does not match');
    visit(buffer, at + FRAME_HEADER_BYTES, at + bytes);
    at += bytes;
    frames += 1;
  }
  return { end: base + at, frames, fault: undefined };
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
    if (frameChecksum(bytes.subarray(at, at + length), seed) === header.checksum) {
      return { ...header, at, bytes: length };
    }
  }
  return undefined;
}
