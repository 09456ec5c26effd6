import { LocalError, StreamError } from '../../domain/errors.js';
import { listDirectory, makeDirectory, unwritable } from './directory.js';
import { fenced, type LogFs, nodeFs } from './fs.js';
import { type Loaded, type LoadOptions, loadLog } from './load.js';
import { DirectoryLock } from './lock.js';
import { Log, type LogOptions } from './log.js';
import { salvage } from './salvage.js';
import type { LogState } from './state.js';

export { backupLog } from './backup.js';
export type { LogEntry, RecordWriter } from './entry.js';
export type { LogFile, LogFs, OpenFlags } from './fs.js';
export type { Log, LogStats } from './log.js';
export { MapState } from './map-state.js';
export type { RecordView, RecordVisitor } from './records.js';
export type { LogProgress, LogReport } from './report.js';
export { bounded, type LogState } from './state.js';

export interface OpenLogOptions extends Partial<Omit<LogOptions, 'directory'>>, LoadOptions {
  /** Made when it is missing. */
  readonly directory: string;
  /** Empty; holds what the log says. */
  readonly state: LogState;
  /**
   * When a write resolves. `always`: it is on the device. `interval`: the operating system has it, which survives the
   * end of this process, and it is on the device within `saveIntervalMs`, which survives the end of the machine.
   */
  readonly durability: 'always' | 'interval';
  /** Milliseconds between two syncs with `interval`. */
  readonly saveIntervalMs: number;
  /** Bytes after which a new segment begins, and below which no space is reclaimed. @default 16777216 (16 MiB) */
  readonly segmentBytes?: number;
  /** Rebuild a damaged store from what is readable of it. @default false */
  readonly repair?: boolean;
  /** @default the file system of this machine */
  readonly fs?: LogFs;
}

/**
 * Opens the log in `directory`, or begins one there.
 * @throws LocalError `store_unwritable`, `store_foreign`, `store_locked`, `store_format`, `store_corrupt`
 */
export async function openLog(options: OpenLogOptions): Promise<Log> {
  const { directory, fs = nodeFs, segmentBytes = 16 * 1024 * 1024 } = options;
  try {
    await makeDirectory(fs, directory);
    // Before the lock is written into somebody else's directory.
    await listDirectory(fs, directory);
    const lock = await DirectoryLock.acquire(fs, directory);
    try {
      const own = fenced(fs, lock);
      const loaded = await load(own, directory, options);
      return new Log({ ...options, fs: own, segmentBytes }, loaded, lock);
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    if (error instanceof LocalError || error instanceof StreamError) throw error;
    throw unwritable(directory, error);
  }
}

async function load(
  fs: LogFs,
  directory: string,
  options: LoadOptions & Pick<OpenLogOptions, 'repair' | 'state'>,
): Promise<Loaded> {
  const { state } = options;
  try {
    return await loadLog(fs, directory, state, options);
  } catch (error) {
    const damaged = error instanceof LocalError && error.code === 'store_corrupt';
    if (!damaged || options.repair !== true) throw error;
    options.onReport?.(await salvage(fs, directory, error.message));
    state.replay.clear('');
    return await loadLog(fs, directory, state, options);
  }
}
