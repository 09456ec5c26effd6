import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
/** Digits of a mark: each write covers the one before. */
const DIGITS = 16;

/** Keeps the mark of a store that keeps nothing else. */
export interface StampFile {
  /** ms; the mark that was found, 0 = none. */
  readonly mark: number;
  /** Sets the mark to `timestamp` ms, if it is not above; returns what it is. Never throws. */
  raise(timestamp: number): number;
  close(): void;
}

/**
 * The mark of the in-memory stores that this user runs in `directory`, in a file in the system's directory for temporary
 * files. Undefined where there can be none, or somebody else's is in the place.
 *
 * Calls are synchronous: a commit in memory is, and one write of 16 bytes serves seconds of them. It is never synced:
 * a machine takes longer to start.
 *
 * @param onError told once when the mark cannot be kept
 */
export function openStampFile(
  onError: (error: unknown) => void,
  directory = process.cwd(),
): StampFile | undefined {
  const uid = process.getuid?.() ?? 0;
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  try {
    const file = openSync(
      path.join(tmpdir(), `iii-stream-${uid}-${hash}.clock`),
      O_RDWR | O_CREAT | O_NOFOLLOW,
      0o600,
    );
    const stat = fstatSync(file);
    if (stat.isFile() && (process.getuid === undefined || stat.uid === uid)) return keep(file, onError);
    closeSync(file);
    throw new Error('the file is not ours');
  } catch (error) {
    onError(error);
    return undefined;
  }
}

function keep(file: number, onError: (error: unknown) => void): StampFile {
  const buffer = Buffer.alloc(DIGITS);
  const read = (): number => {
    const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, DIGITS, 0));
    return /^\d{16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : 0;
  };
  let broken = false;
  return {
    mark: read(),
    raise(timestamp) {
      if (broken) return Number.POSITIVE_INFINITY;
      try {
        // Another process may have set it.
        const mark = read();
        if (mark >= timestamp) return mark;
        writeSync(file, String(timestamp).padStart(DIGITS, '0'), 0, 'latin1');
        return timestamp;
      } catch (error) {
        broken = true;
        onError(error);
        return Number.POSITIVE_INFINITY;
      }
    },
    close: () => closeSync(file),
  };
}
