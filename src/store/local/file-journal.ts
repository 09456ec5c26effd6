import type { KvConfig } from '../../../generated/config.js';
import { LocalError } from '../../domain/errors.js';
import type { Logger } from '../../observability/logger.js';
import { type LogReport, type OpenLogOptions, openLog } from '../log/index.js';
import { KeyvJournal } from './keyv-journal.js';
import { LogIndex } from './log-index.js';
import { PlainKeyv } from './text-keyv.js';

export interface FileJournalOptions extends Pick<OpenLogOptions, 'fs' | 'segmentBytes'> {
  readonly logger: Logger;
  readonly repair?: boolean;
}

const SENTENCE: Readonly<Record<LogReport['kind'], string>> = {
  torn_tail: 'the unfinished end of the store was cut off while opening',
  salvaged: 'the store was repaired while opening',
  compaction_failed: 'space could not be reclaimed; it is tried again',
};

/**
 * The journal of `file_based`: Keyv over the embedded append-only log. With `repair` the store begins a new epoch, also
 * when nothing was damaged: that is how a restored backup is opened, whose later changes clients may have seen.
 * @throws LocalError when it can't be opened
 */
export async function openFileJournal(
  config: KvConfig,
  { logger, repair = false, fs, segmentBytes }: FileJournalOptions,
): Promise<KeyvJournal> {
  const {
    file_path: directory,
    durability,
    save_interval_ms: saveIntervalMs,
    max_queued_bytes: maxQueuedBytes,
  } = config;
  if (directory === undefined) {
    throw new LocalError(
      'config_invalid',
      'adapter.config.file_path: is required with store_method file_based.',
    );
  }
  const index = new LogIndex();
  const log = await openLog({
    ...(fs === undefined ? {} : { fs }),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    directory,
    state: index,
    durability,
    saveIntervalMs,
    maxQueuedBytes,
    repair,
    onProgress: (progress) => logger.info({ directory, ...progress }, 'loading'),
    onReport: (report) => logger.warn({ directory, ...report }, SENTENCE[report.kind]),
  });
  index.replay.done();
  log.on('health', (health) => {
    if (health.writable) logger.info({ directory }, 'the store takes writes again');
    else logger.error({ directory, reason: health.reason }, 'the store takes no writes');
  });
  const keyv = new PlainKeyv(log);
  return new KeyvJournal(keyv, {
    kind: 'file_based',
    atomic: true,
    incomplete: repair,
    index,
    entries: () => index.rest.entries(),
    health: () => log.health(),
    hurry: () => log.hurry(),
    backup: (target) => log.backup(target),
  });
}
