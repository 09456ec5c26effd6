/** Something that can be measured over and over. */
export interface Measured {
  /** Comes before each `run` and does not count: connects what is there for one turn only. */
  enter?(): Promise<void>;
  /** The figure of about `ms` milliseconds of work. */
  run(ms: number): Promise<number>;
  /** Comes after each `run`. */
  leave?(): void;
  close(): void;
}
