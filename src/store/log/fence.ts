import type { FileStat, LogFile, LogFs } from './fs.js';

/** Asks whether this process may still write. Undefined: it may; else the answer comes later. @throws when it may not */
export type Confirm = () => Promise<void> | undefined;

/**
 * The same file system, in which nothing is changed without `confirm`: whoever was taken for gone and comes back
 * must not write into what is another's by now. Reading is free.
 */
export function fenced(fs: LogFs, confirm: Confirm): LogFs {
  return {
    async open(path, flags) {
      if (flags === 'r') return fs.open(path, flags);
      await confirm();
      return new FencedFile(await fs.open(path, flags), confirm);
    },
    async mkdir(path) {
      await confirm();
      return fs.mkdir(path);
    },
    readdir: (path) => fs.readdir(path),
    async rename(from, to) {
      await confirm();
      return fs.rename(from, to);
    },
    async link(from, to) {
      await confirm();
      return fs.link(from, to);
    },
    async unlink(path) {
      await confirm();
      return fs.unlink(path);
    },
    syncDirectory: (path) => fs.syncDirectory(path),
  };
}

class FencedFile implements LogFile {
  readonly #file: LogFile;
  readonly #confirm: Confirm;

  constructor(file: LogFile, confirm: Confirm) {
    this.#file = file;
    this.#confirm = confirm;
  }

  async write(buffer: Buffer, offset: number, length: number, position: number) {
    await this.#confirm();
    return this.#file.write(buffer, offset, length, position);
  }

  async truncate(length: number): Promise<void> {
    await this.#confirm();
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
