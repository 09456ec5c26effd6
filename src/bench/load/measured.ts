/** Something that can be measured over and over. */
export interface Measured {
  /** The figure of about `ms` milliseconds of work. */
  run(ms: number): Promise<number>;
  close(): void;
}
