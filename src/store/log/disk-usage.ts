/** Bytes that the closed files take; what compaction looks at. */
export class DiskUsage {
  readonly #segments = new Map<number, number>();
  #snapshot = 0;

  /** Of all closed files. */
  get bytes(): number {
    let sum = this.#snapshot;
    for (const bytes of this.#segments.values()) sum += bytes;
    return sum;
  }

  get segments(): number {
    return this.#segments.size;
  }

  closed(number: number, bytes: number): void {
    this.#segments.set(number, bytes);
  }

  /** A snapshot replaced every segment before `number`. */
  snapshot(number: number, bytes: number): void {
    this.#snapshot = bytes;
    for (const segment of this.#segments.keys()) if (segment < number) this.#segments.delete(segment);
  }
}
