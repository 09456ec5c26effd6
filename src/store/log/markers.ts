import path from 'node:path';
import { LocalError } from '../../domain/errors.js';
import { MARKER } from './directory.js';
import { type LogFs, withFile } from './fs.js';

/** Makes an empty file, durably. */
export async function addMarker(fs: LogFs, directory: string, name: string): Promise<void> {
  await withFile(fs, path.join(directory, name), 'w', (file) => file.datasync());
  await fs.syncDirectory(directory);
}

/** Removes the file, durably, if it is there. */
export async function removeMarker(fs: LogFs, directory: string, name: string): Promise<void> {
  if (!(await hasMarker(fs, directory, name))) return;
  await fs.unlink(path.join(directory, name));
  await fs.syncDirectory(directory);
}

export const hasMarker = async (fs: LogFs, directory: string, name: string): Promise<boolean> =>
  (await fs.readdir(directory)).includes(name);

/** @throws LocalError `store_unfinished` */
export async function refuseUnfinished(fs: LogFs, directory: string): Promise<void> {
  if (!(await hasMarker(fs, directory, MARKER.UNFINISHED))) return;
  throw new LocalError(
    'store_unfinished',
    `${directory} is an unfinished backup: use another one. Repair opens what is there of it.`,
  );
}
