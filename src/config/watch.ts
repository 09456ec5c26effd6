import { type FSWatcher, type Stats, unwatchFile, watch, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Milliseconds between two looks at the file. */
const POLL_MS = 2_000;

export interface WatchOptions {
  /** Milliseconds without an event of the file before it is read: an editor may write in several steps. @default 100 */
  readonly settleMs?: number;
  /** Milliseconds between two looks at the file itself. @default 2000 */
  readonly pollMs?: number;
  /** The file can't be watched (any longer). Until a restart, only other ways of reloading work. */
  readonly onError: (error: unknown) => void;
}

/** Does not keep the process alive. */
export interface ConfigWatch extends Disposable {
  close(): void;
}

/**
 * Calls `onChange` after the file's text changed, and perhaps once when it didn't: compare with what is in use.
 * Watches the directory, because editors and orchestrators replace files rather than write into them, and looks at the
 * file now and then: a file that is mounted by itself, or that a link in another directory names, changes without an
 * event of the directory. A file that is gone for the moment is no change.
 */
export function watchConfig(file: string, onChange: () => void, options: WatchOptions): ConfigWatch {
  const name = path.basename(file);
  const settleMs = options.settleMs ?? 100;
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  let closed = false;
  let last: string | undefined;

  const look = async (): Promise<void> => {
    const text = await readFile(file, 'utf8').catch(unreadable);
    if (closed || text === undefined || text === last) return;
    last = text;
    onChange();
  };
  const schedule = (changed: string | null): void => {
    // A symlink's target may change without an event of its name; busy neighbours must not delay the look for ever.
    if (timer !== undefined && changed !== name) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      void look();
    }, settleMs);
    timer.unref();
  };
  const polled = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) schedule(name);
  };
  const close = (): void => {
    closed = true;
    unwatchFile(file, polled);
    clearTimeout(timer);
    watcher?.close();
  };

  watchFile(file, { persistent: false, interval: options.pollMs ?? POLL_MS }, polled);
  try {
    watcher = watch(path.dirname(file), { persistent: false }, (_, changed) => schedule(changed));
    watcher.on('error', (error) => {
      close();
      options.onError(error);
    });
  } catch (error) {
    options.onError(error);
  }
  return { close, [Symbol.dispose]: close };
}

/** Nothing when the file is gone; any other error is a change that loading will explain. */
const unreadable = (error: NodeJS.ErrnoException): string | undefined =>
  error.code === 'ENOENT' ? undefined : String(error);
