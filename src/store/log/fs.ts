import { type FileHandle, link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** An open file. Positions are absolute: there is no shared file offset. */
export interface LogFile {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  write(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  /** Resolves when the content and the size are on the device. */
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  stat(): Promise<FileStat>;
  close(): Promise<void>;
}

export interface FileStat {
  readonly size: number;
  readonly mtimeMs: number;
  /** Names that the file has. */
  readonly nlink: number;
}

/** `r` read, `r+` read and write, `w` create or empty, `wx` create or fail with EEXIST. */
export type OpenFlags = 'r' | 'r+' | 'w' | 'wx';

/** Every call the log makes to the system, so that tests can fail, delay and lose each of them. */
export interface LogFs {
  open(path: string, flags: OpenFlags): Promise<LogFile>;
  /** Creates the directory and its parents; returns the first one that was missing. */
  mkdir(path: string): Promise<string | undefined>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Resolves when the directory's entries are on the device. */
  syncDirectory(path: string): Promise<void>;
}

/** The file system of this machine. */
export const nodeFs: LogFs = {
  open: (path, flags): Promise<FileHandle> => open(path, flags),
  mkdir: makeDirectories,
  readdir: (path) => readdir(path),
  rename,
  link,
  unlink,
  async syncDirectory(path) {
    // Windows cannot open a directory; NTFS journals its entries.
    if (process.platform === 'win32') return;
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Node's own recursive mkdir never ends where a parent exists and still takes no entries, as in /proc. */
async function makeDirectories(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return undefined;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path) throw error;
    const first = await makeDirectories(parent);
    await mkdir(path);
    return first ?? path;
  }
}

/** Knows whether this process may still write. */
export interface Fence {
  /** Undefined when it may; else resolves once that is certain. @throws when it may not */
  confirm(): Promise<void> | undefined;
}

/**
 * The same file system, in which nothing is changed without the fence's word: whoever was taken for gone and comes back
 * must not write into what is another's by now. Reading is free.
 */
export function fenced(fs: LogFs, fence: Fence): LogFs {
  return {
    async open(path, flags) {
      if (flags === 'r') return fs.open(path, flags);
      await fence.confirm();
      return new FencedFile(await fs.open(path, flags), fence);
    },
    async mkdir(path) {
      await fence.confirm();
      return fs.mkdir(path);
    },
    readdir: (path) => fs.readdir(path),
    async rename(from, to) {
      await fence.confirm();
      return fs.rename(from, to);
    },
    async link(from, to) {
      await fence.confirm();
      return fs.link(from, to);
    },
    async unlink(path) {
      await fence.confirm();
      return fs.unlink(path);
    },
    syncDirectory: (path) => fs.syncDirectory(path),
  };
}

class FencedFile implements LogFile {
  readonly #file: LogFile;
  readonly #fence: Fence;

  constructor(file: LogFile, fence: Fence) {
    this.#file = file;
    this.#fence = fence;
  }

  write(buffer: Buffer, offset: number, length: number, position: number) {
    const confirmed = this.#fence.confirm();
    const write = () => this.#file.write(buffer, offset, length, position);
    return confirmed === undefined ? write() : confirmed.then(write);
  }

  async truncate(length: number): Promise<void> {
    await this.#fence.confirm();
    return this.#file.truncate(length);
  }

  read(buffer: Buffer, offset: number, length: number, position: number) {
    return this.#file.read(buffer, offset, length, position);
  }

  datasync(): Promise<void> {
    return this.#file.datasync();
  }

  stat(): Promise<FileStat> {
    return this.#file.stat();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Writes all of `data` at `position`: a write may be short without being an error. */
export async function writeFully(file: LogFile, data: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < data.length) {
    const { bytesWritten } = await file.write(data, done, data.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the file system wrote nothing');
    done += bytesWritten;
  }
}

/** Fills `target` from `position` on; returns how many bytes the file had. */
export async function readFully(file: LogFile, target: Buffer, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** Runs `use` with an open file and closes it whatever happens. */
export async function withFile<T>(
  fs: LogFs,
  path: string,
  flags: OpenFlags,
  use: (file: LogFile) => Promise<T>,
): Promise<T> {
  const file = await fs.open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
