import path from 'node:path';
import { linkOrCopy } from './backup.js';
import { fileName, listDirectory } from './directory.js';
import { FILE_HEADER_BYTES, type FileKind, FRAME_HEADER_BYTES, frameSeed } from './format.js';
import { findFrame } from './frame-reader.js';
import { type LogFs, readFully, withFile } from './fs.js';
import { MapState } from './map-state.js';
import type { LogReport } from './options.js';
import { MalformedRecordError, type RecordVisitor, visitRecords } from './records.js';
import { Segment } from './segment.js';
import { publishSnapshot, writeSnapshot } from './snapshot.js';

/**
 * Rebuilds a damaged store from its valid frames, in their order. The originals stay in a folder `corrupt-<n>`: a lost
 * frame may have held a deletion, so that an old value is back.
 */
export async function salvage(fs: LogFs, directory: string, damage: string): Promise<LogReport> {
  const { snapshot, segments } = await listDirectory(fs, directory);
  const state = new MapState();
  let lostBytes = 0;
  const files: [FileKind, number][] = segments.map((number) => ['segment', number]);
  if (snapshot > 0) files.unshift(['snapshot', snapshot]);
  for (const [kind, number] of files) lostBytes += await replayValid(fs, directory, kind, number, state);

  const names = files.map(([kind, number]) => fileName(kind, number));
  const keptIn = await keepAside(fs, directory, names);
  const next = Math.max(snapshot, ...segments) + 1;
  await writeSnapshot(fs, directory, next, state);
  await (await Segment.create(fs, directory, next)).close();
  // From here on the new snapshot counts, and the old files are obsolete.
  await publishSnapshot(fs, directory, next);
  return { kind: 'salvaged', damage, entries: state.size, lostBytes, keptIn };
}

/** Applies every valid frame of a file; returns how many bytes belong to none. */
async function replayValid(
  fs: LogFs,
  directory: string,
  kind: FileKind,
  number: number,
  replayTo: RecordVisitor,
): Promise<number> {
  return withFile(fs, path.join(directory, fileName(kind, number)), 'r', async (file) => {
    const { size } = await file.stat();
    const content = Buffer.allocUnsafeSlow(size);
    const bytes = content.subarray(0, await readFully(file, content, 0));
    const seed = frameSeed(kind, number);
    let valid = Math.min(size, FILE_HEADER_BYTES);
    for (let frame = findFrame(bytes, 0, seed); frame !== undefined; ) {
      const end = frame.at + frame.bytes;
      if (replay(bytes, frame.at + FRAME_HEADER_BYTES, end, replayTo)) valid += frame.bytes;
      frame = findFrame(bytes, end, seed);
    }
    return size - valid;
  });
}

/** False when the payload does not hold records; those before the fault count. */
function replay(bytes: Buffer, from: number, to: number, replayTo: RecordVisitor): boolean {
  try {
    visitRecords(bytes, from, to, replayTo);
    return true;
  } catch (error) {
    if (error instanceof MalformedRecordError) return false;
    throw error;
  }
}

async function keepAside(fs: LogFs, directory: string, names: readonly string[]): Promise<string> {
  const taken = new Set(await fs.readdir(directory));
  let number = 1;
  while (taken.has(`corrupt-${number}`)) number += 1;
  const target = path.join(directory, `corrupt-${number}`);
  await fs.mkdir(target);
  for (const name of names) await linkOrCopy(fs, path.join(directory, name), path.join(target, name));
  await fs.syncDirectory(target);
  await fs.syncDirectory(directory);
  return target;
}
