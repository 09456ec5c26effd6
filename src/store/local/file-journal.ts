import { statfs } from 'node:fs/promises';
import type { KvConfig } from '../../../generated/config.js';
import { LocalError } from '../../domain/errors.js';
import { LimitedLog } from '../../observability/limited-log.js';
import type { Logger } from '../../observability/logger.js';
import { nodeFs } from '../log/fs.js';
import { type OpenLogOptions, openLog } from '../log/log.js';
import type { LogReport } from '../log/options.js';
import { DescriptorReserve } from '../log/reserve.js';
import type { StoreHealth } from '../port.js';
import type { Journal } from './journal.js';
import { LogIndex } from './log-index.js';

export interface FileJournalOptions extends Pick<OpenLogOptions, 'fs' | 'segmentBytes' | 'identity'> {
  readonly logger: Logger;
  readonly repair?: boolean;
}

const MESSAGE: Readonly<Record<LogReport['kind'], string>> = {
  torn_tail: 'the unfinished end of the store was cut off while opening',
  salvaged: 'the store was repaired while opening',
  compaction_failed: 'space could not be reclaimed; it is tried again',
};

/**
 * The journal of `file_based`: the embedded append-only log. The store begins a new epoch when acknowledged changes may
 * be missing: after `interval` and an end of the machine, in a restored backup, and with `repair`, damage or not (D41).
 * @throws LocalError when it can't be opened
 */
export async function openFileJournal(
  config: KvConfig,
  { logger, repair = false, fs = nodeFs, ...options }: FileJournalOptions,
): Promise<Journal> {
  const { file_path: directory, durability, save_interval_ms: saveIntervalMs } = config;
  if (directory === undefined) {
    throw new LocalError(
      'config_invalid',
      'adapter.config.file_path: is required with store_method file_based.',
    );
  }
  const onHealth = (health: StoreHealth): void => {
    if (health.writable) logger.info({ directory }, 'the store takes writes again');
    else logger.error({ directory, reason: health.reason }, 'the store takes no writes');
  };
  const index = new LogIndex();
  const limited = new LimitedLog(logger);
  const reserve = new DescriptorReserve(() =>
    limited.write(
      'warn',
      'EMFILE',
      { directory },
      'the process has no file descriptor left; the store uses its reserve',
    ),
  );
  const log = await openLog({
    ...options,
    fs: reserve.over(fs),
    freeBytes: () => freeBytes(directory),
    directory,
    state: index,
    patched: index.replay.ops.patched,
    durability,
    saveIntervalMs,
    repair,
    onProgress: (progress) => logger.info({ directory, ...progress }, 'loading'),
    onReport: (report) => logger.warn({ directory, ...report }, MESSAGE[report.kind]),
    onHealth,
  }).catch((error: unknown) => {
    reserve[Symbol.dispose]();
    throw error;
  });
  index.replay.done();
  return {
    kind: 'file_based',
    incomplete: log.mayHaveLost,
    settle: () => log.settle(),
    index,
    async load(visit) {
      for (const [key, value] of index.rest.entries()) visit(key, value);
    },
    write: (records, removals, durable, synced) =>
      log.write(
        records,
        removals,
        () => {
          // Items write themselves, and are the store's to apply.
          for (const record of records)
            if (record.writeTo === undefined) index.rest.set(record.key, record.value);
          for (const key of removals) index.rest.delete(key);
          durable();
        },
        synced,
      ),
    health: () => log.health(),
    usage: () => {
      const { diskBytes, liveBytes } = log.stats();
      return { log: { bytes: diskBytes, deadBytes: Math.max(0, diskBytes - liveBytes) } };
    },
    hurry: () => log.hurry(),
    backup: (target) => log.backup(target),
    close: () => log.close().finally(() => reserve[Symbol.dispose]()),
  };
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
