import path from 'node:path';
import { LocalError, messageOf } from '../../domain/errors.js';
import { fileName, type Listing, listDirectory, MARKER, makeDirectory } from './directory.js';
import { type LogFs, nodeFs, readFully, withFile, writeFully } from './fs.js';
import { addMarker } from './markers.js';

/** How often a compaction may take files away, or write over them, under a backup. */
const ATTEMPTS = 10;
/** Bytes that are copied at a time. */
const COPY_BYTES = 1024 * 1024;

/**
 * Copies a store, also one that another process is writing to, into an empty directory. The copy opens as the store
 * was at some moment during the call; everything acknowledged before it began is there. Closed files are hard links
 * where possible (the log never changes them), the last segment is a copy.
 * @throws LocalError `backup_failed`, `store_foreign`
 */
export async function backupLog(directory: string, target: string, fs: LogFs = nodeFs): Promise<void> {
  const before = await listDirectory(fs, directory).catch((error: Error) => {
    throw error instanceof LocalError ? error : failed(target, error.message, error);
  });
  if (before.segments.length === 0) throw failed(target, `${directory} holds no store`);
  await makeDirectory(fs, target);
  if ((await fs.readdir(target)).length > 0) throw failed(target, 'it is not empty');
  try {
    await addMarker(fs, target, MARKER.UNFINISHED);
    await copyStore(fs, directory, target);
    // Clients may have seen changes that are newer than the copy.
    await fs.rename(path.join(target, MARKER.UNFINISHED), path.join(target, MARKER.LOSS));
    await fs.syncDirectory(target);
  } catch (error) {
    throw error instanceof LocalError ? error : failed(target, messageOf(error), error);
  }
}

async function copyStore(fs: LogFs, directory: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const listing = await listDirectory(fs, directory);
      if (isWhole(listing)) return await copyFiles(fs, directory, listing, target);
      if (attempt === ATTEMPTS) throw failed(target, 'segments are missing');
    } catch (error) {
      if (error instanceof LocalError) throw error;
      for (const name of await fs.readdir(target)) {
        if (name !== MARKER.UNFINISHED) await fs.unlink(path.join(target, name));
      }
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || attempt === ATTEMPTS) throw failed(target, message, error);
    }
  }
}

/** A directory that changes while it is listed can look as if files were missing. */
const isWhole = ({ snapshot, segments }: Listing): boolean =>
  segments.length > 0 && segments.every((number, at) => number === Math.max(1, snapshot) + at);

async function copyFiles(fs: LogFs, directory: string, listing: Listing, target: string): Promise<void> {
  const { snapshot, segments } = listing;
  const closed = segments.slice(0, -1).map((number) => fileName('segment', number));
  if (snapshot > 0) closed.push(fileName('snapshot', snapshot));
  const last = fileName('segment', segments.at(-1) ?? 0);
  // First, so that there is little time for it to be replaced.
  await copy(fs, path.join(directory, last), path.join(target, last));
  const copied = [last];
  for (const name of closed) {
    const linked = await linkOrCopy(fs, path.join(directory, name), path.join(target, name));
    if (!linked) copied.push(name);
  }
  // A file that lost its name may have been written over while it was copied.
  const there = new Set(await fs.readdir(directory));
  const gone = copied.find((name) => !there.has(name));
  if (gone !== undefined) throw Object.assign(new Error(`${gone} was replaced`), { code: 'ENOENT' });
  await fs.syncDirectory(target);
}

const failed = (target: string, reason: string, cause?: unknown): LocalError =>
  new LocalError('backup_failed', `The backup to ${target} failed: ${reason}.`, { cause });

/**
 * Gives a closed file a second name, or a copy where the file system can't; returns whether it is a second name. Linked,
 * the content stays as it is; a copy is one only if `from` still has its name afterwards.
 */
export async function linkOrCopy(fs: LogFs, from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EEXIST') throw error;
    await copy(fs, from, to);
    return false;
  }
}

/** Copies what a file holds now, synced. */
async function copy(fs: LogFs, from: string, to: string): Promise<void> {
  await withFile(fs, from, 'r', (source) =>
    withFile(fs, to, 'wx', async (target) => {
      const buffer = Buffer.allocUnsafeSlow(COPY_BYTES);
      for (let at = 0; ; ) {
        const bytes = await readFully(source, buffer, at);
        await writeFully(target, buffer.subarray(0, bytes), at);
        at += bytes;
        if (bytes < buffer.length) break;
      }
      await target.datasync();
    }),
  );
}
