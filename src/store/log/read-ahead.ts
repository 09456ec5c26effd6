import { type LogFile, readFully } from './fs.js';

/** What a read came to. It never rejects: nobody listens while the bytes before it are being decoded. */
type Outcome = { readonly bytes: number } | { readonly error: unknown };

/**
 * Reads a file from front to back in chunks, the next one while the current one is decoded. Two chunks are held, and
 * room before each for what its predecessor ended with; one that is asked for in a piece gets a buffer of its size.
 */
export class ReadAhead {
  #buffer: Buffer;
  /** The unread bytes of the buffer lie between these. */
  #at = 0;
  #filled = 0;
  readonly #file: LogFile;
  readonly #size: number;
  readonly #chunk: number;
  #spare: Buffer;
  /** Of the next chunk. */
  #position: number;
  /** The chunk on its way into the spare buffer, behind the room; undefined at the end. */
  #coming: Promise<Outcome> | undefined;

  /** @param size where reading ends, also when the file has more */
  constructor(file: LogFile, position: number, size: number, chunkBytes: number) {
    this.#file = file;
    this.#position = position;
    this.#size = size;
    this.#chunk = Math.max(0, Math.min(chunkBytes, size - position));
    this.#buffer = this.#allocate();
    this.#spare = this.#allocate();
    this.#request();
  }

  /** Where the next bytes are, from `at` on. Only good until the next `fill`. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  get at(): number {
    return this.#at;
  }

  /** True when the next `bytes` bytes are in the buffer. */
  has(bytes: number): boolean {
    return this.#at + bytes <= this.#filled;
  }

  /**
   * Gets the next `bytes` bytes into the buffer; false when the file ends before.
   * @throws what reading them failed with, and not before they are asked for
   */
  async fill(bytes: number): Promise<boolean> {
    while (!this.has(bytes)) {
      const coming = await this.#coming;
      if (coming === undefined) return false;
      if ('error' in coming) throw coming.error;
      if (coming.bytes === 0) return false;
      this.#append(coming.bytes, bytes);
      this.#position += coming.bytes;
      this.#request();
    }
    return true;
  }

  /** Goes past bytes that are in the buffer. */
  skip(bytes: number): void {
    this.#at += bytes;
  }

  /** Resolves when no read is on its way any more: the file may be closed, the buffers reused. */
  async end(): Promise<void> {
    // What it failed with concerns bytes that nobody asked for.
    await this.#coming;
    this.#coming = undefined;
  }

  #allocate(): Buffer {
    return Buffer.allocUnsafeSlow(2 * this.#chunk);
  }

  /** Moves on to the spare buffer, which has `got` bytes, or joins it with the current one in a third. */
  #append(got: number, wanted: number): void {
    const buffer = this.#buffer;
    const at = this.#at;
    const rest = this.#filled - at;
    const from = this.#chunk - rest;
    if (from >= 0) {
      buffer.copy(this.#spare, from, at, this.#filled);
      this.#buffer = this.#spare;
      this.#spare = buffer.length === this.#spare.length ? buffer : this.#allocate();
      this.#at = from;
      this.#filled = this.#chunk + got;
      return;
    }
    if (this.#filled + got > buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(wanted, rest + got));
      buffer.copy(this.#buffer, 0, at, this.#filled);
      this.#at = 0;
      this.#filled = rest;
    }
    this.#spare.copy(this.#buffer, this.#filled, this.#chunk, this.#chunk + got);
    this.#filled += got;
  }

  #request(): void {
    const bytes = Math.min(this.#chunk, this.#size - this.#position);
    if (bytes <= 0) {
      this.#coming = undefined;
      return;
    }
    const target = this.#spare.subarray(this.#chunk, this.#chunk + bytes);
    this.#coming = readFully(this.#file, target, this.#position).then(
      (read) => ({ bytes: read }),
      (error: unknown) => ({ error }),
    );
  }
}
