import { type LogFile, writeFully } from './fs.js';

/** A lock file that was made. */
export interface Created {
  readonly file: LogFile;
  readonly isWritten: boolean;
}

/**
 * Shows that the holder lives, and who it is where there is room for that: a store on a full disk is still read. False
 * when there is none; then the file is empty, and its modification time tells of a holder that is not seen from here.
 */
export async function writeContent(file: LogFile, content: Buffer): Promise<boolean> {
  try {
    await writeFully(file, content, 0);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((code !== 'ENOSPC' && code !== 'EDQUOT') || (await file.stat()).size === content.length) throw error;
    await file.truncate(0);
    return false;
  }
}
