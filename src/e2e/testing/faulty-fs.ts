import { readFileSync } from 'node:fs';
import type { LogFile, LogFs } from '../../store/log/fs.js';

const SECTOR = 512;

interface Write {
  readonly at: number;
  readonly bytes: Buffer;
}

export interface FaultyOptions {
  /** While this file exists it names a call and an error code, such as `write ENOSPC`; each such call fails. */
  readonly faultFile?: string;
  /** Answers a sync without having done anything, as a store does that does not wait for it. @default false */
  readonly skipSync?: boolean;
  /** Keeps what is written in this process until it is synced, so that a kill loses it as a power cut would. @default false */
  readonly lossy?: boolean;
}

/** The machine's file system, made worse. */
export function faultyFs(real: LogFs, options: FaultyOptions): LogFs {
  const { faultFile, skipSync = false, lossy = false } = options;
  /** By path, because a file may be open more than once. */
  const unsynced = new Map<string, Write[]>();
  const check = (call: string): void => {
    if (faultFile === undefined) return;
    let wanted: string;
    try {
      wanted = readFileSync(faultFile, 'utf8').trim();
    } catch {
      return;
    }
    const [name, code = ''] = wanted.split(' ');
    if (name === call) throw Object.assign(new Error(`${code}: injected, ${call}`), { code });
  };
  return {
    mkdir: (path) => real.mkdir(path),
    readdir: (path) => real.readdir(path),
    link: (from, to) => real.link(from, to),
    syncDirectory: (path) => real.syncDirectory(path),
    async rename(from, to) {
      await real.rename(from, to);
      const writes = unsynced.get(from);
      unsynced.delete(from);
      if (writes !== undefined) unsynced.set(to, writes);
    },
    async unlink(path) {
      unsynced.delete(path);
      await real.unlink(path);
    },
    async open(path, flags) {
      const file = await real.open(path, flags);
      if (flags.startsWith('w')) unsynced.delete(path);
      // The lock is not part of what has to survive.
      const held = lossy && path.endsWith('.log');
      const pending = (): Write[] => unsynced.get(path) ?? [];
      return {
        async read(buffer, offset, length, at) {
          if (pending().length > 0) throw new Error('a file was read before it was synced');
          return file.read(buffer, offset, length, at);
        },
        async write(buffer, offset, length, at) {
          if (path.endsWith('.log') || path.endsWith('.tmp')) check('write');
          const bytes = Buffer.from(buffer.subarray(offset, offset + length));
          if (!held) return file.write(bytes, 0, length, at);
          const writes = pending();
          writes.push({ at, bytes });
          unsynced.set(path, writes);
          await leak(file, at, bytes);
          return { bytesWritten: length };
        },
        async datasync() {
          check('datasync');
          if (skipSync) return;
          const writes = pending();
          unsynced.delete(path);
          for (const { at, bytes } of writes) await file.write(bytes, 0, bytes.length, at);
          await file.datasync();
        },
        async truncate(length) {
          unsynced.delete(path);
          await file.truncate(length);
        },
        async stat() {
          const { size, mtimeMs, nlink } = await file.stat();
          const ends = pending().map(({ at, bytes }) => at + bytes.length);
          return { size: Math.max(size, ...ends), mtimeMs, nlink };
        },
        close: () => file.close(),
      };
    },
  };
}

/** A system writes some dirty sectors whenever it likes. */
async function leak(file: LogFile, at: number, bytes: Buffer): Promise<void> {
  for (let from = 0; from < bytes.length; from += SECTOR) {
    const length = Math.min(SECTOR, bytes.length - from);
    if (Math.random() < 0.2) await file.write(bytes, from, length, at + from);
  }
}
