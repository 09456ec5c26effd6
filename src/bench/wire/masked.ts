const MASKED_TEXT = 0x81;
const MASK_BIT = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const KEY_BYTES = 4;

/** Bytes of the header of a client's frame, its masking key included. */
export const headerBytes = (length: number): number =>
  (length < LENGTH_16 ? 2 : length <= 0xffff ? 4 : 10) + KEY_BYTES;

/**
 * A client's text frame. Its masking key is zero, so that the payload stands in it as it is and the far end does its
 * whole work all the same.
 */
export function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const frame = Buffer.alloc(headerBytes(length) + length);
  frame[0] = MASKED_TEXT;
  if (length < LENGTH_16) frame[1] = MASK_BIT | length;
  else if (length <= 0xffff) {
    frame[1] = MASK_BIT | LENGTH_16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = MASK_BIT | LENGTH_64;
    frame.writeUInt32BE(length, 6);
  }
  payload.copy(frame, frame.length - length);
  return frame;
}
