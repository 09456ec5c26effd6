import { StreamError } from '../../domain/errors.js';
import type { RecordWriter } from './entry.js';
import {
  FORMAT_VERSION,
  FRAME_HEADER_BYTES,
  guardBytes,
  MAX_FRAME_BYTES,
  RECORD,
  RECORD_HEADER_BYTES,
  sealFrame,
  sealRecord,
  WIDE_KEY,
  WIDE_VALUE,
} from './format.js';
import { recordEnd } from './records.js';

const GUARD_BYTES = guardBytes(FORMAT_VERSION);
const INITIAL_BYTES = 64 * 1024;
/** A buffer that one large batch needed is not kept for the next small ones. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** UTF-8 needs at most this many bytes for a UTF-16 unit. */
const MAX_UNIT_BYTES = 3;

const ZERO = 0x30;
const SPACE = 0x20;
/** Both halves of a safe integer are small integers to the JavaScript engine, with which it divides fast. */
const SPLIT = 10_000_000;

/** Encodes records into the one buffer that will be written as a frame. Reusable after `reset`. */
export class FrameBuilder implements RecordWriter {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #length = FRAME_HEADER_BYTES;
  /** Of the record that is being written: where its next part goes, where its key ends, what its tag says. */
  #at = 0;
  #keyEnd = 0;
  #tag = 0;

  /** Bytes of the frame so far, its header included. */
  get length(): number {
    return this.#length;
  }

  set(key: string, value: string): void {
    this.#append(RECORD.SET, key, value);
  }

  begin(units: number, isPatch = false): void {
    this.#grow(units);
    this.#at = this.#length + RECORD_HEADER_BYTES;
    this.#tag = isPatch ? RECORD.PATCH : RECORD.SET;
  }

  ascii(text: string): void {
    const buffer = this.#buffer;
    const from = this.#at;
    let bits = 0;
    // These texts are short: a call into the system's encoder would take longer.
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      bits |= unit;
      buffer[from + at] = unit;
    }
    if (bits > 0x7f) throw new StreamError('invalid_input', 'this part of a record must be ASCII');
    this.#at = from + text.length;
  }

  endKey(): void {
    this.#keyEnd = this.#at;
  }

  decimal(number: number): void {
    const high = Math.floor(number / SPLIT);
    if (high > 0) this.#digits(high, 1);
    this.#digits(number - high * SPLIT, high > 0 ? SPLIT / 10 : 1);
    this.#buffer[this.#at] = SPACE;
    this.#at += 1;
  }

  text(text: string): void {
    const bytes = this.#buffer.write(text, this.#at);
    if (bytes !== text.length) {
      assertWellFormed(text);
      this.#tag |= WIDE_VALUE;
    }
    this.#at += bytes;
  }

  finish(): number {
    const from = this.#length;
    const keyAt = from + RECORD_HEADER_BYTES;
    this.#head(this.#tag, this.#keyEnd - keyAt, this.#at - this.#keyEnd);
    this.#length = this.#at;
    return this.#at - from;
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

  /** The finished frame, followed by `padding` zeros; valid until the next call of any method. */
  seal(seed: number, ordinal: number, synced: number, padding = 0): Buffer {
    const length = this.#length;
    this.#reserve(length + padding);
    this.#sealRecords(seed);
    sealFrame(this.#buffer.subarray(0, length), seed, ordinal, synced);
    this.#buffer.fill(0, length, length + padding);
    return this.#buffer.subarray(0, length + padding);
  }

  reset(): void {
    this.#length = FRAME_HEADER_BYTES;
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  #append(kind: number, key: string, value: string): void {
    this.#grow(key.length + value.length);
    const buffer = this.#buffer;
    const textAt = this.#length + RECORD_HEADER_BYTES;
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
    this.#head(kind | (wideKey ? WIDE_KEY : 0) | (wideValue ? WIDE_VALUE : 0), keyBytes, valueBytes);
    this.#length = textAt + keyBytes + valueBytes;
  }

  #head(tag: number, keyBytes: number, valueBytes: number): void {
    const at = this.#length + GUARD_BYTES;
    const buffer = this.#buffer;
    buffer[at] = tag;
    buffer.writeUInt32LE(keyBytes, at + 1);
    buffer.writeUInt32LE(valueBytes, at + 5);
  }

  /** Only now is it known which file they go to. */
  #sealRecords(seed: number): void {
    const buffer = this.#buffer;
    for (let at = FRAME_HEADER_BYTES; at < this.#length; ) {
      const end = recordEnd(buffer, at + GUARD_BYTES);
      sealRecord(buffer, at, end, seed);
      at = end;
    }
  }

  /** Digits of a number below 2^30, from the place of `least` or its own first on. */
  #digits(number: number, least: number): void {
    const buffer = this.#buffer;
    let at = this.#at;
    let place = least;
    while (place * 10 <= number) place *= 10;
    for (let rest = number; place >= 1; place = (place / 10) | 0) {
      const digit = (rest / place) | 0;
      buffer[at] = ZERO + digit;
      at += 1;
      rest -= digit * place;
    }
    this.#at = at;
  }

  /** Makes room for a record of so many units. */
  #grow(units: number): void {
    const most = this.#length + RECORD_HEADER_BYTES + MAX_UNIT_BYTES * units;
    if (most > MAX_FRAME_BYTES) {
      throw new StreamError('limit', `a single write may not be larger than ${MAX_FRAME_BYTES} bytes`);
    }
    this.#reserve(most);
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
