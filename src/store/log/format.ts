import { crc32 } from 'node:zlib';
import { LocalError } from '../../domain/errors.js';
import { checksum } from './checksum.js';

// Byte layout: spec/log-format.md. All numbers are little-endian.

export const FORMAT_VERSION = 2;
export const FILE_HEADER_BYTES = 28;
export const FRAME_HEADER_BYTES = 24;
/** Where a frame has its checksum. */
const CHECKSUM_AT = 20;
/** What the system keeps of a file at a time; frames over old content are followed by zeros to the end of it. */
export const PAGE_BYTES = 4096;
/** Marker and checksum, which records of version 1 do not have. */
const RECORD_GUARD_BYTES = 5;
/** The guard, then tag, length of the key, length of the value. */
export const RECORD_HEADER_BYTES = RECORD_GUARD_BYTES + 9;
/** As a frame's, so that a record is found behind damage. */
export const RECORD_MARKER = 0xfe;
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
  /** Changes the value of a key; what the owner of the state makes of it. */
  PATCH: 5,
} as const;
/** Tag bits that are the record's kind. */
export const KIND_MASK = 0x0f;
/** Tag bit: the key (value) holds more than ASCII and is UTF-8. Without it each byte is a character. */
export const WIDE_KEY = 0x10;
export const WIDE_VALUE = 0x20;
/** Tag bits that have a meaning. */
export const KNOWN_TAG = KIND_MASK | WIDE_KEY | WIDE_VALUE;

/** Bytes before a record's tag in a file of the version. */
export const guardBytes = (version: number): number => (version < 2 ? 0 : RECORD_GUARD_BYTES);

export type FileKind = 'segment' | 'snapshot';
const KIND_CODE: Readonly<Record<FileKind, number>> = { segment: 1, snapshot: 2 };

/** Bytes of a file header before its checksum. */
const CHECKED_BYTES = FILE_HEADER_BYTES - 4;
const hasChecksum = (header: Buffer): boolean =>
  header.readUInt32LE(CHECKED_BYTES) === crc32(header.subarray(0, CHECKED_BYTES));

/** The header of the file `kind` `number`. */
export function fileHeader(kind: FileKind, number: number, version = FORMAT_VERSION): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  FILE_MAGIC.copy(header);
  header.writeUInt16LE(version, 8);
  header.writeUInt16LE(KIND_CODE[kind], 10);
  header.writeBigUInt64LE(BigInt(number), 16);
  header.writeUInt32LE(crc32(header.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return header;
}

/**
 * Where the checksums of a file's frames and records start, so that those of another file are never valid in it. Without the
 * header's own checksum: a CRC over data and its CRC is the same for all data.
 */
export const fileSeed = (kind: FileKind, number: number, version = FORMAT_VERSION): number =>
  crc32(fileHeader(kind, number, version).subarray(0, CHECKED_BYTES));

/**
 * The version of the file whose header `actual` is; undefined when it is not the one that the file must have.
 * @throws LocalError `store_format` when a newer version of this program wrote it
 */
export function versionOf(actual: Buffer, kind: FileKind, number: number, path: string): number | undefined {
  if (actual.length < FILE_HEADER_BYTES || !actual.subarray(0, FILE_MAGIC.length).equals(FILE_MAGIC))
    return undefined;
  const version = actual.readUInt16LE(8);
  if (version > FORMAT_VERSION && hasChecksum(actual)) {
    throw new LocalError(
      'store_format',
      `${path} has format version ${version}, this program reads up to version ${FORMAT_VERSION}: use the newer program.`,
    );
  }
  const isKnown = version >= 1 && actual.equals(fileHeader(kind, number, version));
  return isKnown ? version : undefined;
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
  checksum(buffer, from + FRAME_HEADER_BYTES, to, checksum(buffer, from, from + CHECKSUM_AT, seed));

/** Fills in what guards the record `buffer[at, end)`. */
export function sealRecord(buffer: Buffer, at: number, end: number, seed: number): void {
  buffer[at] = RECORD_MARKER;
  buffer.writeUInt32LE(recordChecksum(buffer, at, end, seed), at + 1);
}

/** Whether the record `buffer[at, end)`, which begins with a marker, has the right checksum. */
export const isSealed = (buffer: Buffer, at: number, end: number, seed: number): boolean =>
  buffer.readUInt32LE(at + 1) === recordChecksum(buffer, at, end, seed);

const recordChecksum = (buffer: Buffer, at: number, end: number, seed: number): number =>
  checksum(buffer, at + RECORD_GUARD_BYTES, end, seed);
