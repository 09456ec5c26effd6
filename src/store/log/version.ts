import path from 'node:path';
import { fileName, type Listing } from './directory.js';
import { FILE_HEADER_BYTES, type FileKind, versionOf } from './format.js';
import { type LogFile, type LogFs, readFully, withFile } from './fs.js';

/**
 * The format version that an open file says it has; undefined when its header is not valid.
 * @throws LocalError `store_format` when a newer program wrote it
 */
export async function readVersion(
  file: LogFile,
  kind: FileKind,
  number: number,
  name: string,
): Promise<number | undefined> {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  const bytes = await readFully(file, header, 0);
  return versionOf(header.subarray(0, bytes), kind, number, name);
}

/** The files that hold the state, in the order in which they are read. */
export function stateFiles({ snapshot, segments }: Listing): [FileKind, number][] {
  const files: [FileKind, number][] = segments.map((number) => ['segment', number]);
  if (snapshot > 0) files.unshift(['snapshot', snapshot]);
  return files;
}

/**
 * Looks at every file before anything in the directory is touched: neither an older program nor its repair may take
 * what it cannot read for damage.
 * @throws LocalError `store_format` when a newer program wrote one
 */
export async function refuseNewer(fs: LogFs, directory: string, listing: Listing): Promise<void> {
  for (const [kind, number] of stateFiles(listing)) {
    const name = path.join(directory, fileName(kind, number));
    try {
      await withFile(fs, name, 'r', (file) => readVersion(file, kind, number, name));
    } catch (error) {
      // The process that has the store open replaced it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
