import path from 'node:path';
import { LocalError } from '../../domain/errors.js';
import type { FileKind } from './format.js';
import type { LogFs } from './fs.js';

export const LOCK_NAME = 'LOCK';
/** Empty files whose names say something of the store. */
export const MARKER = {
  /** It is a backup that is being made, or was cut off. */
  UNFINISHED: 'UNFINISHED',
  /** Acknowledged changes may be missing, so that its owner has to begin a new history (D41). */
  LOSS: 'LOSS',
} as const;
const FILE = /^(segment|snapshot)-(\d{10})\.log$/;
/** Snapshots that were never finished, and segments that were kept to be written over. */
const LEFT_OVER = /^(?:snapshot-\d{10}\.tmp|spare-\d{10}\.log)$/;
/** What may lie in a directory that is about to become a store. */
const TOLERATED = /^(?:LOCK(?:\.[\w-]+)?|LOSS|UNFINISHED|corrupt-\d+|lost\+found)$/;

const numbered = (kind: string, number: number): string => `${kind}-${String(number).padStart(10, '0')}`;

export const fileName = (kind: FileKind, number: number): string => `${numbered(kind, number)}.log`;
export const temporaryName = (number: number): string => `${numbered('snapshot', number)}.tmp`;
/** What a closed segment is called that is kept to be written over. */
export const spareName = (number: number): string => `${numbered('spare', number)}.log`;

/** The files of a store, by what they are needed for. */
export interface Listing {
  /** The number of the newest snapshot; 0 = none. */
  readonly snapshot: number;
  /** Numbers of the segments that continue it (or that begin the store), ascending. */
  readonly segments: readonly number[];
  /** Files that a newer snapshot replaced. */
  readonly obsolete: readonly { readonly name: string; readonly kind: FileKind; readonly number: number }[];
  /** Names of what an earlier process left and nobody needs. */
  readonly leftOver: readonly string[];
}

/**
 * Looks through the store's directory.
 * @throws LocalError `store_foreign` when it holds files and none of them is ours
 */
export async function listDirectory(fs: LogFs, directory: string): Promise<Listing> {
  const names = await fs.readdir(directory);
  const files = names.flatMap((name) => {
    const [, kind, digits] = FILE.exec(name) ?? [];
    return kind === undefined ? [] : [{ name, kind: kind as FileKind, number: Number(digits) }];
  });
  const leftOver = names.filter((name) => LEFT_OVER.test(name));
  if (files.length === 0 && leftOver.length === 0) {
    const foreign = names.find((name) => !TOLERATED.test(name));
    if (foreign !== undefined) {
      throw new LocalError(
        'store_foreign',
        `${directory} holds ${JSON.stringify(foreign)} and no store: name an empty directory.`,
      );
    }
  }
  const numbers = (wanted: FileKind): number[] =>
    files.filter(({ kind }) => kind === wanted).map(({ number }) => number);
  const snapshot = Math.max(0, ...numbers('snapshot'));
  return {
    snapshot,
    segments: numbers('segment')
      .filter((number) => number >= snapshot)
      .sort((a, b) => a - b),
    obsolete: files.filter(({ number }) => number < snapshot),
    leftOver,
  };
}

/**
 * Makes the directory, durably: a power cut must not take it back with everything in it.
 * @throws LocalError `store_unwritable`
 */
export async function makeDirectory(fs: LogFs, directory: string): Promise<void> {
  try {
    const first = await fs.mkdir(directory);
    if (first === undefined) return;
    for (let made = directory; ; made = path.dirname(made)) {
      await fs.syncDirectory(path.dirname(made));
      if (made === first || made === path.dirname(made)) return;
    }
  } catch (error) {
    throw unwritable(directory, error);
  }
}

/** The error for a directory that cannot be used. */
export const unwritable = (directory: string, error: unknown): LocalError =>
  new LocalError(
    'store_unwritable',
    `The store's directory ${directory} cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    { cause: error },
  );
