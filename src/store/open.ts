import path from 'node:path';
import type { Adapter, KvAdapter } from '../../generated/config.js';
import { type Config, StreamRules } from '../config/index.js';
import { LocalError, StreamError } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';
import type { CommitObserver } from './local/commit-queue.js';
import type { Journal } from './local/journal.js';
import { type LocalOptions, LocalStore } from './local/local-store.js';
import type { StampFile } from './local/stamp-file.js';
import type { Store } from './port.js';

export interface OpenStoreOptions {
  readonly logger: Logger;
  readonly observer?: CommitObserver;
  /** Settings of streams. @default none */
  readonly streams?: Config['streams'];
  /** Salvage what is readable of a corrupt `file_based` store. @default false */
  readonly repair?: boolean;
}

/**
 * Opens the configured store. Only its own code is loaded: a start should cost what it uses.
 * @throws LocalError one clear sentence, when it can't be opened; never falls back to another store
 */
export async function openStore(adapter: Adapter, options: OpenStoreOptions): Promise<Store> {
  const rules = new StreamRules(options.streams ?? {});
  if (adapter.name === 'redis') {
    const transient = Object.entries(options.streams ?? {}).find(([, { persist }]) => !persist)?.[0];
    if (transient !== undefined)
      throw new LocalError(
        'config_invalid',
        `streams.${transient}.persist: Redis keeps what it is given; it cannot be false.`,
      );
    const { redis_url: url, command_timeout_ms: commandTimeoutMs, tombstones } = adapter.config;
    const { key_prefix: keyPrefix, channel_prefix: channelPrefix } = adapter.config;
    const sharedChannel = adapter.config.shared_channel;
    const limits = { maxPerGroup: tombstones.max_per_group, maxAgeMs: tombstones.max_age_ms };
    const { openRedisStore } = await import('./redis/index.js');
    const { logger, observer } = options;
    return openRedisStore({
      url,
      keyPrefix,
      channelPrefix,
      sharedChannel,
      commandTimeoutMs,
      tombstones: limits,
      logger,
      ...(observer === undefined ? {} : { observer }),
    });
  }
  const { tombstones, max_queued_bytes: maxQueuedBytes } = adapter.config;
  const local: LocalOptions = {
    tombstones: {
      maxPerGroup: tombstones.max_per_group,
      maxAgeMs: tombstones.max_age_ms,
      maxTotal: adapter.config.max_tombstones,
      maxBytes: adapter.config.max_tombstone_bytes,
      maxEmptyGroups: adapter.config.max_empty_groups,
    },
    maxQueuedBytes,
    isTransient: (stream) => rules.of(stream)?.persist === false,
    ...(options.observer === undefined ? {} : { observer: options.observer }),
  };
  const started = performance.now();
  const journal = await openJournal(adapter, options);
  const stamps = journal === undefined ? await openStamps(options.logger) : undefined;
  try {
    const store = await LocalStore.open({ ...local, stamps }, journal);
    const ms = Math.round(performance.now() - started);
    const { file_path: directory } = adapter.config;
    // What a relative path means depends on where the process was started.
    const where = store.kind === 'file_based' && directory ? { directory: path.resolve(directory) } : {};
    options.logger.info({ store: store.kind, ...where, items: store.size, ms }, 'store open');
    return store;
  } catch (error) {
    await journal?.close();
    // It is written to at start, too.
    if (error instanceof StreamError)
      throw new LocalError('store_write_failed', `${error.message}.`, { cause: error });
    throw error;
  }
}

/** The mark of a store that keeps nothing else, so that a restart does not take timestamps back (D57). */
async function openStamps(logger: Logger): Promise<StampFile | undefined> {
  const { openStampFile } = await import('./local/stamp-file.js');
  return openStampFile((error) =>
    logger.warn({ err: error }, 'where the clock of the store stands cannot be kept for a restart'),
  );
}

async function openJournal({ config }: KvAdapter, options: OpenStoreOptions): Promise<Journal | undefined> {
  switch (config.store_method) {
    case 'file_based': {
      const { openFileJournal } = await import('./local/file-journal.js');
      return openFileJournal(config, options);
    }
    case 'uri': {
      const { openUriJournal } = await import('./local/uri-journal.js');
      return openUriJournal(config);
    }
    case 'in_memory':
      options.logger.warn('the store is in_memory: its data is lost when this process ends');
      return undefined;
  }
}
