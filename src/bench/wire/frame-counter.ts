/** Sees each frame of a connection. A frame that one read did not hold whole comes with `end` 0. */
export type OnFrame = (chunk: Uint8Array, start: number, end: number) => void;

const OPCODE = 0x0f;
const PING = 0x9;
const CONTROL = 0x8;
const SHORT = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** Finds where messages of a server end, without looking into them or copying them. */
export class FrameCounter {
  readonly #onFrame: OnFrame;
  readonly #onPing: () => void;
  /** Of the current frame. */
  #first = 0;
  /** Bytes of the current frame that are still to come. */
  #missing = 0;
  /** Bytes of the longest frame so far, its header included. */
  longest = 0;
  /** The beginning of a header that a read cut. */
  #header: number[] = [];

  constructor(onFrame: OnFrame, onPing: () => void) {
    this.#onFrame = onFrame;
    this.#onPing = onPing;
  }

  take(chunk: Uint8Array, from: number, to: number): void {
    let at = from;
    while (this.#header.length > 0 && at < to) {
      this.#header.push(chunk[at]!);
      at += 1;
      const size = frameSize(this.#header, 0, this.#header.length);
      if (size === 0) continue;
      if (size > this.longest) this.longest = size;
      this.#missing = size - this.#header.length;
      this.#first = this.#header[0]!;
      this.#header = [];
      if (this.#missing === 0) this.#end(chunk, 0, 0);
    }
    if (this.#missing > 0) {
      const taken = Math.min(this.#missing, to - at);
      this.#missing -= taken;
      at += taken;
      if (this.#missing > 0) return;
      this.#end(chunk, 0, 0);
    }
    while (at < to) {
      const size = frameSize(chunk, at, to);
      if (size === 0) {
        this.#header = [...chunk.subarray(at, to)];
        return;
      }
      if (size > this.longest) this.longest = size;
      this.#first = chunk[at]!;
      const end = at + size;
      if (end > to) {
        this.#missing = end - to;
        return;
      }
      this.#end(chunk, at, end);
      at = end;
    }
  }

  #end(chunk: Uint8Array, start: number, end: number): void {
    const opcode = this.#first & OPCODE;
    if (opcode < CONTROL) this.#onFrame(chunk, start, end);
    else if (opcode === PING) this.#onPing();
  }
}

/** Bytes of the frame that begins at `at`, its header included; 0 when the header is not whole. */
function frameSize(bytes: ArrayLike<number>, at: number, to: number): number {
  if (to - at < 2) return 0;
  const length = bytes[at + 1]! & SHORT;
  if (length < LENGTH_16) return 2 + length;
  if (length < LENGTH_64) return to - at < 4 ? 0 : 4 + bytes[at + 2]! * 256 + bytes[at + 3]!;
  if (to - at < 10) return 0;
  let size = 0;
  for (let i = 2; i < 10; i += 1) size = size * 256 + bytes[at + i]!;
  return 10 + size;
}
