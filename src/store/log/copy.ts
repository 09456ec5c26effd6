import { type LogFs, readFully, withFile, writeFully } from './fs.js';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Gives a closed file a second name, or a copy where the file system can't; answers whether it is a second name. Linked,
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
export async function copy(fs: LogFs, from: string, to: string): Promise<void> {
  await withFile(fs, from, 'r', (source) =>
    withFile(fs, to, 'wx', async (target) => {
      const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
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
