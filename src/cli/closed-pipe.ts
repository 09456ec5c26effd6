import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';

const STDOUT = 1;
/** Seconds between two looks. */
const INTERVAL = '0.5';

/** Ends the process at a write that nobody reads any more. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/**
 * Ends the process when the reader of its output is gone, also without a write: `iii-stream tail … | head` is done when
 * head is. Node cannot ask a pipe that; GNU's `tail` does, and dies of it. Where there is none, the next write finds out.
 */
export function watchReader(): void {
  if (!fstatSync(STDOUT).isFIFO()) return;
  // With our pid, so that it ends with us however we end.
  const args = ['-f', '-s', INTERVAL, `--pid=${process.pid}`, '/dev/null'];
  const watcher = spawn('tail', args, { stdio: ['ignore', STDOUT, 'ignore'] });
  watcher.on('error', () => {});
  watcher.once('exit', (_code, signal) => {
    if (signal === 'SIGPIPE') process.exit(0);
  });
  watcher.unref();
}
