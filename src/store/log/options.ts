import type { StoreHealth } from '../port.js';
import type { LogFs } from './fs.js';

/** When a write is acknowledged. */
export const DURABILITIES = ['always', 'interval'] as const;
export type Durability = (typeof DURABILITIES)[number];

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

/** What a patch makes of the text of a key; undefined when it does not go on from that. */
export type Patch = (key: string, text: string, patch: string) => string | undefined;

export interface LogOptions {
  /** Made when it is missing. */
  readonly directory: string;
  /**
   * When a write resolves. `always`: it is on the device. `interval`: the operating system has it, which survives the
   * end of this process, and it is on the device within `saveIntervalMs`, which survives the end of the machine.
   */
  readonly durability: Durability;
  /** Milliseconds between two syncs with `interval`. */
  readonly saveIntervalMs: number;
  /** Bytes after which a new segment begins, and below which no space is reclaimed. @default 16777216 (16 MiB) */
  readonly segmentBytes: number;
  /** For a log that holds patches; a repair needs it. @default none applies */
  readonly patched?: Patch | undefined;
  /** @default the file system of this machine */
  readonly fs: LogFs;
  /** Free bytes of the directory's device. @default the log is rewritten by its size alone */
  readonly freeBytes?: (() => Promise<number>) | undefined;
  readonly onProgress?: ((progress: LogProgress) => void) | undefined;
  readonly onReport?: ((report: LogReport) => void) | undefined;
  /** Told when writes begin to fail and when they work again. */
  readonly onHealth?: ((health: StoreHealth) => void) | undefined;
}
