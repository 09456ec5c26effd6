/** Frames of equal length, one behind the other in one buffer: the next k of them are a slice of it. */
export class Ring {
  readonly size: number;
  readonly #bytes: Buffer;
  readonly #stride: number;
  #next = 0;

  constructor(size: number, frame: (n: number) => Buffer) {
    this.size = size;
    const frames = Array.from({ length: size }, (_, n) => frame(n));
    this.#stride = frames[0]!.length;
    if (frames.some(({ length }) => length !== this.#stride)) throw new Error('frames of different lengths');
    this.#bytes = Buffer.concat(frames);
  }

  /** Hands the next `count` frames to `send`, in one piece or two. */
  take(count: number, send: (bytes: Uint8Array) => void): void {
    let left = count;
    while (left > 0) {
      const now = Math.min(left, this.size - this.#next);
      send(this.#bytes.subarray(this.#next * this.#stride, (this.#next + now) * this.#stride));
      this.#next = (this.#next + now) % this.size;
      left -= now;
    }
  }
}
