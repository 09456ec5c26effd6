import { type LogFs, readFully, withFile, writeFully } from './fs.js';

const CHUNK_BYTES = 1024 * 1024;

/** Gives a file that never changes any more a second name, or a copy where the file system can't. */
export async function copyOrLink(fs: LogFs, from: string, to: string): Promise<void> {
  try {
    await fs.link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EEXIST') throw error;
    await copy(fs, from, to);
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
