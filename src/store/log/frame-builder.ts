import { StreamError } from '../../domain/errors.js';
import {
  FRAME_HEADER_BYTES,
  MAX_FRAME_BYTES,
  RECORD,
  RECORD_HEADER_BYTES,
  sealFrame,
  WIDE_KEY,
  WIDE_VALUE,
} from './format.js';

const INITIAL_BYTES = 64 * 1024;
/** A buffer that one large batch needed is not kept for the next small ones. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** UTF-8 needs at most this many bytes for a UTF-16 unit. */
const MAX_UNIT_BYTES = 3;

/** Encodes records into the one buffer that will be written as a frame. Reusable after `reset`. */
export class FrameBuilder {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #length = FRAME_HEADER_BYTES;

  /** Bytes of the frame so far, its header included. */
  get length(): number {
    return this.#length;
  }

  set(key: string, value: string): void {
    this.#append(RECORD.SET, key, value);
  }

  delete(key: string): void {
    this.#append(RECORD.DELETE, key, '');
  }

  clear(prefix: string): void {
    this.#append(RECORD.CLEAR, prefix, '');
  }

  end(records: number): void {
    this.#append(RECORD.END, '', String(records));
  }

  /** Takes back everything after `length`. */
  rewind(length: number): void {
    this.#length = length;
  }

  /** The finished frame, followed by `padding` zeros; valid until the next call of any method. */
  seal(seed: number, ordinal: number, synced: number, padding = 0): Buffer {
    const length = this.#length;
    this.#reserve(length + padding);
    sealFrame(this.#buffer.subarray(0, length), seed, ordinal, synced);
    this.#buffer.fill(0, length, length + padding);
    return this.#buffer.subarray(0, length + padding);
  }

  reset(): void {
    this.#length = FRAME_HEADER_BYTES;
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  #append(kind: number, key: string, value: string): void {
    const at = this.#length;
    const most = at + RECORD_HEADER_BYTES + MAX_UNIT_BYTES * (key.length + value.length);
    if (most > MAX_FRAME_BYTES) {
      throw new StreamError('limit', `a single write may not be larger than ${MAX_FRAME_BYTES} bytes`);
    }
    this.#reserve(most);
    const buffer = this.#buffer;
    const textAt = at + RECORD_HEADER_BYTES;
    let keyBytes = key.length;
    let valueBytes = value.length;
    // As many bytes as units: each is ASCII. Then one call for both, which is most of what a record costs here.
    if (buffer.write(key + value, textAt) !== keyBytes + valueBytes) {
      keyBytes = buffer.write(key, textAt);
      valueBytes = buffer.write(value, textAt + keyBytes);
    }
    const wideKey = keyBytes !== key.length;
    const wideValue = valueBytes !== value.length;
    if (wideKey) assertWellFormed(key);
    if (wideValue) assertWellFormed(value);
    buffer[at] = kind | (wideKey ? WIDE_KEY : 0) | (wideValue ? WIDE_VALUE : 0);
    buffer.writeUInt32LE(keyBytes, at + 1);
    buffer.writeUInt32LE(valueBytes, at + 5);
    this.#length = at + RECORD_HEADER_BYTES + keyBytes + valueBytes;
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(
      Math.max(length, Math.min(2 * this.#buffer.length, MAX_FRAME_BYTES)),
    );
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

function assertWellFormed(text: string): void {
  if (/\p{Surrogate}/u.test(text)) {
    throw new StreamError('invalid_input', 'half of a surrogate pair cannot be stored');
  }
}
