import path from 'node:path';
import { linkOrCopy } from './backup.js';
import { fileName, listDirectory } from './directory.js';
import {
  FILE_HEADER_BYTES,
  type FileKind,
  FORMAT_VERSION,
  FRAME_HEADER_BYTES,
  fileSeed,
  readFrameHeader,
} from './format.js';
import { findFrame, isUnused } from './frame-reader.js';
import { type LogFile, type LogFs, readFully, withFile } from './fs.js';
import { MapState } from './map-state.js';
import type { LogReport, Patch } from './options.js';
import { MalformedRecordError, type RecordVisitor, visitRecords, visitWhole } from './records.js';
import { Segment } from './segment.js';
import { publishSnapshot, writeSnapshot } from './snapshot.js';
import { readVersion, stateFiles } from './version.js';

/**
 * Rebuilds a damaged store from what is valid of it, in its order: record by record, or frame by frame in files of
 * version 1, whose records have no checksums. The originals stay in a folder `corrupt-<n>`: what was lost may have been a
 * deletion, so that an old value is back.
 */
export async function salvage(
  fs: LogFs,
  directory: string,
  damage: string,
  patched?: Patch,
): Promise<LogReport> {
  const listing = await listDirectory(fs, directory);
  const state = new MapState(patched);
  let lostBytes = 0;
  const files = stateFiles(listing);
  const last = Math.max(...listing.segments);
  for (const [kind, number] of files) {
    const name = path.join(directory, fileName(kind, number));
    lostBytes += await withFile(fs, name, 'r', async (file) => {
      const bytes = await readAll(file);
      const version = (await readVersion(file, kind, number, name)) ?? likelyVersion(bytes, kind, number);
      const seed = fileSeed(kind, number, version);
      if (version < 2) return replayFrames(bytes, seed, version, state);
      return replayRecords(bytes, seed, kind === 'segment' && number === last, state);
    });
  }
  const names = files.map(([kind, number]) => fileName(kind, number));
  const keptIn = await keepAside(fs, directory, names);
  const next = Math.max(listing.snapshot, last) + 1;
  await writeSnapshot(fs, directory, next, state);
  await (await Segment.create(fs, directory, next)).close();
  // From here on the new snapshot counts, and the old files are obsolete.
  await publishSnapshot(fs, directory, next);
  return { kind: 'salvaged', damage, entries: state.size, lostBytes, keptIn };
}

async function readAll(file: LogFile): Promise<Buffer> {
  const { size } = await file.stat();
  const content = Buffer.allocUnsafeSlow(size);
  return content.subarray(0, await readFully(file, content, 0));
}

/** Of a file whose header is damaged: the version by which anything in it is valid. */
function likelyVersion(bytes: Buffer, kind: FileKind, number: number): number {
  for (let version = FORMAT_VERSION; version > 1; version -= 1) {
    if (findFrame(bytes, 0, fileSeed(kind, number, version)) !== undefined) return version;
  }
  return findFrame(bytes, 0, fileSeed(kind, number, 1)) === undefined ? FORMAT_VERSION : 1;
}

/** Applies every valid record of a file; returns how many bytes belong to none. */
function replayRecords(bytes: Buffer, seed: number, isLast: boolean, replayTo: RecordVisitor): number {
  // What follows the last frame of the open segment was never acknowledged, as far as can be told.
  const { end, isTorn } = isLast ? lastFrame(bytes, seed) : { end: bytes.length, isTorn: false };
  let lost = isTorn ? bytes.length - end : 0;
  let reached = Math.min(FILE_HEADER_BYTES, end);
  const pass = (at: number, next: number): void => {
    lost += lostIn(bytes, reached, at);
    reached = next;
  };
  visitWhole(bytes, reached, end, seed, replayTo, pass);
  pass(end, end);
  return lost;
}

/** Bytes between two records, without the frame header that may be there. */
function lostIn(bytes: Buffer, from: number, to: number): number {
  const isFrame = to - from >= FRAME_HEADER_BYTES && readFrameHeader(bytes, from) !== undefined;
  return to - from - (isFrame ? FRAME_HEADER_BYTES : 0);
}

/** Where the last valid frame ends, and whether something was begun behind it. */
function lastFrame(bytes: Buffer, seed: number): { readonly end: number; readonly isTorn: boolean } {
  let end = FILE_HEADER_BYTES;
  let frames = 0;
  for (let frame = findFrame(bytes, 0, seed); frame !== undefined; frame = findFrame(bytes, end, seed)) {
    end = frame.at + frame.bytes;
    frames = frame.ordinal + 1;
  }
  return { end, isTorn: end < bytes.length && !isUnused(bytes.subarray(end), end, frames) };
}

/** Applies every valid frame of a file; returns how many bytes belong to none. */
function replayFrames(bytes: Buffer, seed: number, version: number, replayTo: RecordVisitor): number {
  let valid = Math.min(bytes.length, FILE_HEADER_BYTES);
  for (let frame = findFrame(bytes, 0, seed); frame !== undefined; ) {
    const end = frame.at + frame.bytes;
    if (replay(bytes, frame.at + FRAME_HEADER_BYTES, end, version, replayTo)) valid += frame.bytes;
    frame = findFrame(bytes, end, seed);
  }
  return bytes.length - valid;
}

/** False when the payload does not hold records; those before the fault count. */
function replay(bytes: Buffer, from: number, to: number, version: number, replayTo: RecordVisitor): boolean {
  try {
    visitRecords(bytes, from, to, version, replayTo);
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
