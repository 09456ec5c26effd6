/** How far an open has come. */
export interface LogProgress {
  readonly records: number;
  /** Name of the file that is being read. */
  readonly file: string;
}

/** Something an operator should know, although the store works. */
export type LogReport =
  /** A write that was cut off, and never acknowledged, was removed from the end of the log. */
  | { readonly kind: 'torn_tail'; readonly file: string; readonly offset: number; readonly bytes: number }
  /** A damaged store was rebuilt from its valid frames; the originals are in `keptIn`. */
  | {
      readonly kind: 'salvaged';
      readonly damage: string;
      readonly entries: number;
      readonly lostBytes: number;
      readonly keptIn: string;
    }
  /** Space was not reclaimed; it is tried again later. */
  | { readonly kind: 'compaction_failed'; readonly reason: string };
