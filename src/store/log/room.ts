/** Bytes by which the log grows between two measurements. */
const STEP = 1_048_576;
/** Bytes that are to stay free beside a snapshot: writes go on while it is made. */
const LEAST_MARGIN = 4_194_304;
/** Part of what is alive that is to stay free, where that is more. */
const MARGIN_PART = 8;
/** Bytes of frames, over those of the records in them, of a part of what is alive. */
const FRAMES_PART = 64;

/**
 * The free space of the device, measured as the log grows: a log is rewritten while there is room for a whole
 * snapshot beside it, so that overwritten and deleted records do not fill a small disk.
 */
export class Room {
  readonly #measure: (() => Promise<number>) | undefined;
  #free = Number.POSITIVE_INFINITY;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #running = false;

  /** @param measure free bytes of the device. @default there is always room */
  constructor(measure: (() => Promise<number>) | undefined) {
    this.#measure = measure;
  }

  /** True when there is little more room than a snapshot takes. Measures again, for the next question, as the log grows. */
  isTight(logBytes: number, liveBytes: number): boolean {
    if (this.#measure === undefined) return false;
    if (!this.#running && Math.abs(logBytes - this.#measuredAt) >= STEP) void this.measure(logBytes);
    return this.#free < snapshotOf(liveBytes) + Math.max(LEAST_MARGIN, liveBytes / MARGIN_PART);
  }

  /** True when a snapshot can be written at all. */
  fits(liveBytes: number): boolean {
    return this.#free >= snapshotOf(liveBytes);
  }

  async measure(logBytes: number): Promise<void> {
    if (this.#measure === undefined) return;
    this.#running = true;
    try {
      this.#free = await this.#measure();
      this.#measuredAt = logBytes;
    } catch {
      // A file system that does not tell: the log is rewritten by its size alone.
      this.#free = Number.POSITIVE_INFINITY;
    } finally {
      this.#running = false;
    }
  }
}

const snapshotOf = (liveBytes: number): number => liveBytes + liveBytes / FRAMES_PART;
