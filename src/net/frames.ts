/** First byte of an unfragmented text frame: FIN and opcode 1 (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;
/** Payloads up to this many bytes have their length in the second byte. */
const SHORT = 125;
/** Second byte that announces a 16-bit, and a 64-bit length. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const UINT16_MAX = 0xffff;
const UINT32 = 0x1_0000_0000;

const headerBytes = (length: number): number => (length <= SHORT ? 2 : length <= UINT16_MAX ? 4 : 10);

/** Writes one frame at `offset`; returns where it ends. `length` is the message's UTF-8 length. */
function writeFrame(target: Buffer, offset: number, message: string, length: number): number {
  target[offset] = FINAL_TEXT;
  if (length <= SHORT) {
    target[offset + 1] = length;
  } else if (length <= UINT16_MAX) {
    target[offset + 1] = LENGTH_16;
    target.writeUInt16BE(length, offset + 2);
  } else {
    target[offset + 1] = LENGTH_64;
    target.writeUInt32BE(Math.floor(length / UINT32), offset + 2);
    target.writeUInt32BE(length % UINT32, offset + 6);
  }
  const start = offset + headerBytes(length);
  // As many bytes as UTF-16 units means ASCII, and Latin-1 writes that without looking at each unit.
  target.write(message, start, length, length === message.length ? 'latin1' : 'utf8');
  return start + length;
}

/**
 * The messages as RFC 6455 text frames, unmasked as a server sends them, in one allocation. The bytes may be written
 * to any number of sockets; nobody may change them. A lone surrogate becomes U+FFFD.
 */
export function encodeTextFrames(messages: readonly string[]): Buffer {
  const lengths = new Array<number>(messages.length);
  let total = 0;
  for (let i = 0; i < messages.length; i += 1) {
    const length = Buffer.byteLength(messages[i]!);
    lengths[i] = length;
    total += headerBytes(length) + length;
  }
  const target = Buffer.allocUnsafe(total);
  let offset = 0;
  for (let i = 0; i < messages.length; i += 1) {
    offset = writeFrame(target, offset, messages[i]!, lengths[i]!);
  }
  return target;
}
