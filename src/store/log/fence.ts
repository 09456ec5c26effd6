import type { FileStat, LogFile, LogFs } from './fs.js';

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

  async write(buffer: Buffer, offset: number, length: number, position: number) {
    await this.#fence.confirm();
    return this.#file.write(buffer, offset, length, position);
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
