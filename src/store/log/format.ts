import { crc32 } from 'node:zlib';
import { LocalError } from '../../domain/errors.js';

// Byte layout: spec/log-format.md. All numbers are little-endian.

export const FORMAT_VERSION = 1;
export const FILE_HEADER_BYTES = 28;
export const FRAME_HEADER_BYTES = 24;
/** Where a frame has its checksum. */
const CHECKSUM_AT = 20;
/** What the system keeps of a file at a time; frames over old content are followed by zeros to the end of it. */
export const PAGE_BYTES = 4096;
/** Tag, length of the key, length of the value. */
export const RECORD_HEADER_BYTES = 9;
/** 0xFE never occurs in UTF-8, so no stored text can look like a frame. */
export const FRAME_MAGIC = 0xfe_4d_46_fe;
/** The largest payload a frame may have. */
export const MAX_FRAME_BYTES = 1 << 30;

const FILE_MAGIC = Buffer.from([0x89, 0x69, 0x69, 0x69, 0x4c, 0x4f, 0x47, 0x0a]);

/** What a record does; the low bits of its tag. */
export const RECORD = {
  /** Gives a key a value. */
  SET: 1,
  /** Removes a key. */
  DELETE: 2,
  /** Removes every key that begins with the record's key. */
  CLEAR: 3,
  /** Ends a snapshot; the value is the number of its records in decimal. */
  END: 4,
} as const;
export const KIND_MASK = 0x0f;
/** Tag bit: the key (value) holds more than ASCII and is UTF-8. Without it each byte is a character. */
export const WIDE_KEY = 0x10;
export const WIDE_VALUE = 0x20;

export type FileKind = 'segment' | 'snapshot';
const KIND_CODE: Readonly<Record<FileKind, number>> = { segment: 1, snapshot: 2 };

/** Bytes of a file header before its checksum. */
const CHECKED_BYTES = FILE_HEADER_BYTES - 4;
const hasChecksum = (header: Buffer): boolean =>
  header.readUInt32LE(CHECKED_BYTES) === crc32(header.subarray(0, CHECKED_BYTES));

/** The header of the file `kind` `number`. */
export function fileHeader(kind: FileKind, number: number): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  FILE_MAGIC.copy(header);
  header.writeUInt16LE(FORMAT_VERSION, 8);
  header.writeUInt16LE(KIND_CODE[kind], 10);
  header.writeBigUInt64LE(BigInt(number), 16);
  header.writeUInt32LE(crc32(header.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return header;
}

/**
 * Where the checksums of a file's frames start, so that a frame of another file is never valid in it. Without the
 * header's own checksum: a CRC over data and its CRC is the same for all data.
 */
export const frameSeed = (kind: FileKind, number: number): number =>
  crc32(fileHeader(kind, number).subarray(0, CHECKED_BYTES));

/**
 * True when `actual` is the header that the file must have.
 * @throws LocalError `store_format` when another version of this program wrote it
 */
export function isFileHeader(actual: Buffer, kind: FileKind, number: number, path: string): boolean {
  if (actual.length < FILE_HEADER_BYTES || !actual.subarray(0, FILE_MAGIC.length).equals(FILE_MAGIC))
    return false;
  const version = actual.readUInt16LE(8);
  if (version > FORMAT_VERSION && hasChecksum(actual)) {
    throw new LocalError(
      'store_format',
      `${path} has format version ${version}, this program reads version ${FORMAT_VERSION}: use the newer program.`,
    );
  }
  return actual.equals(fileHeader(kind, number));
}

export interface FrameHeader {
  readonly payload: number;
  readonly ordinal: number;
  readonly checksum: number;
  /** Bytes of the file that were on the device when the frame was written. */
  readonly synced: number;
}

/** Fills in the header of the frame that begins at the start of `frame` and reaches to its end. */
export function sealFrame(frame: Buffer, seed: number, ordinal: number, synced: number): void {
  frame.writeUInt32LE(FRAME_MAGIC, 0);
  frame.writeUInt32LE(frame.length - FRAME_HEADER_BYTES, 4);
  frame.writeUInt32LE(ordinal, 8);
  frame.writeBigUInt64LE(BigInt(synced), 12);
  frame.writeUInt32LE(frameChecksum(frame, 0, frame.length, seed), CHECKSUM_AT);
}

/** Of the higher half of eight bytes. A log of small writes has a million headers, so none of them makes a BigInt. */
const WORD = 2 ** 32;

/** The header at `at`, or undefined when there is none. Its checksum is not checked. */
export function readFrameHeader(buffer: Buffer, at: number): FrameHeader | undefined {
  if (buffer.readUInt32LE(at) !== FRAME_MAGIC) return undefined;
  return {
    payload: buffer.readUInt32LE(at + 4),
    ordinal: buffer.readUInt32LE(at + 8),
    synced: buffer.readUInt32LE(at + 12) + buffer.readUInt32LE(at + 16) * WORD,
    checksum: buffer.readUInt32LE(at + CHECKSUM_AT),
  };
}

/** Of the whole frame `buffer[from, to)`: all of it but the checksum itself. */
export const frameChecksum = (buffer: Buffer, from: number, to: number, seed: number): number =>
  crc32(buffer.subarray(from + FRAME_HEADER_BYTES, to), crc32Short(buffer, from, from + CHECKSUM_AT, seed));

/** The CRC-32 remainder of each byte. */
const REMAINDERS = new Int32Array(256).map((_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/**
 * What zlib's `crc32` makes of the few bytes `buffer[from, to)`: a call of that, and the view it wants, takes as long as
 * sixty of them.
 * @param seed the checksum of what comes before
 */
function crc32Short(buffer: Uint8Array, from: number, to: number, seed: number): number {
  let rest = ~seed;
  for (let at = from; at < to; at += 1) {
    rest = (REMAINDERS[(rest ^ (buffer[at] as number)) & 0xff] as number) ^ (rest >>> 8);
  }
  return ~rest >>> 0;
}
