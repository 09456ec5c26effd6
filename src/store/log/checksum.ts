import { crc32 } from 'node:zlib';

/** Bytes up to which the loop takes less time than a call of zlib's, and the view that it wants. */
const SHORT_BYTES = 250;

/** CRC-32 remainders of each byte; then of each byte with one, two and three zero bytes behind it. */
const REMAINDERS = new Int32Array(4 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  REMAINDERS[byte] = rest;
}
for (let at = 256; at < REMAINDERS.length; at += 1) {
  const before = REMAINDERS[at - 256] as number;
  REMAINDERS[at] = (before >>> 8) ^ (REMAINDERS[before & 0xff] as number);
}

/**
 * The CRC-32 of `buffer[from, to)`, as zlib has it.
 * @param seed the checksum of what comes before
 */
export function checksum(buffer: Buffer, from: number, to: number, seed: number): number {
  if (to - from > SHORT_BYTES) return crc32(buffer.subarray(from, to), seed);
  let rest = ~seed;
  let at = from;
  for (const end = to - 3; at < end; at += 4) {
    rest ^=
      (buffer[at] as number) |
      ((buffer[at + 1] as number) << 8) |
      ((buffer[at + 2] as number) << 16) |
      ((buffer[at + 3] as number) << 24);
    rest =
      (REMAINDERS[0x300 | (rest & 0xff)] as number) ^
      (REMAINDERS[0x200 | ((rest >>> 8) & 0xff)] as number) ^
      (REMAINDERS[0x100 | ((rest >>> 16) & 0xff)] as number) ^
      (REMAINDERS[rest >>> 24] as number);
  }
  for (; at < to; at += 1) {
    rest = (REMAINDERS[(rest ^ (buffer[at] as number)) & 0xff] as number) ^ (rest >>> 8);
  }
  return ~rest >>> 0;
}
