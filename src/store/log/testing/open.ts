import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { OpenLogOptions } from '../log.js';
import type { LogReport } from '../options.js';
import type { MemoryFs } from './memory-fs.js';
import { TestLog } from './test-log.js';

export const DIRECTORY = '/store';

/** Opens a log with the options that most tests share. */
export const openTest = (options: Partial<Omit<OpenLogOptions, 'state'>>): Promise<TestLog> =>
  TestLog.open({
    directory: DIRECTORY,
    durability: 'always',
    saveIntervalMs: 1e6,
    ...options,
  });

/** Opens what a crash left in memory, and collects what is reported. */
export async function reopen(
  fs: MemoryFs,
  options: Partial<Omit<OpenLogOptions, 'state'>> = {},
): Promise<{ log: TestLog; reports: LogReport[] }> {
  fs.remove(`${DIRECTORY}/LOCK`);
  const reports: LogReport[] = [];
  return { log: await openTest({ ...options, fs, onReport: (report) => reports.push(report) }), reports };
}

/** A directory on the disk that goes with the test. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'log-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}
