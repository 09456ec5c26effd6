import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { KeyvStoreAdapter } from 'keyv';
import type { KvConfig } from '../../../generated/config.js';
import { createLogger } from '../../observability/logger.js';
import { type ContractOptions, type OpenedStore, runStoreContract } from '../contract.js';
import { flushServer, RedisServer } from '../testing/redis-server.js';
import { openFileJournal } from './file-journal.js';
import type { Journal } from './journal.js';
import { LocalStore } from './local-store.js';
import { plainAdapter } from './testing/plain-adapter.js';
import { openAdapter, openUriJournal } from './uri-journal.js';

const logger = createLogger({ level: 'silent', format: 'json' });
const CONFIG: KvConfig = {
  store_method: 'file_based',
  durability: 'always',
  save_interval_ms: 1000,
  max_queued_bytes: 1 << 26,
  tombstones: { max_per_group: 1000, max_age_ms: 86_400_000 },
};

async function open(
  { now, tombstones = { maxPerGroup: 1000, maxAgeMs: 86_400_000 } }: ContractOptions,
  journal?: () => Promise<Journal>,
  removed: () => Promise<void> = async () => {},
): Promise<OpenedStore> {
  const options = { tombstones, maxQueuedBytes: 1 << 26, ...(now === undefined ? {} : { now }) };
  let store = await LocalStore.open(options, await journal?.());
  const close = async () => {
    await store[Symbol.asyncDispose]();
    await removed();
  };
  if (journal === undefined) return { store, close };
  const reopen = async () => {
    await store[Symbol.asyncDispose]();
    store = await LocalStore.open(options, await journal());
    return store;
  };
  return { store, reopen, close };
}

runStoreContract('in_memory', open);

for (const durability of ['always', 'interval'] as const) {
  runStoreContract(`file_based, ${durability}`, async (options) => {
    const directory = await mkdtemp(join(tmpdir(), 'iii-stream-'));
    const config: KvConfig = { ...CONFIG, durability, file_path: directory };
    return open(
      options,
      () => openFileJournal(config, { logger }),
      () => rm(directory, { recursive: true }),
    );
  });
}

runStoreContract('uri, an adapter with the least that Keyv asks for', async (options) => {
  const records = new Map([['other:key', 'of somebody else']]);
  return open(options, () => openAdapter('plain', plainAdapter(records), false));
});

let redis: RedisServer;
before(async () => {
  redis = await RedisServer.start();
});
after(() => redis[Symbol.asyncDispose]());

runStoreContract('uri, @keyv/redis', async (options) => {
  await flushServer(redis);
  return open(options, () => openUriJournal({ ...CONFIG, store_method: 'uri', uri: redis.url }));
});

const failure = (code: string, message: RegExp) => ({ name: 'LocalError', code, message });

test('uri: what cannot be opened is one clear error', async () => {
  const uri = (text: string) => openUriJournal({ ...CONFIG, store_method: 'uri', uri: text });
  await assert.rejects(uri('etcd://here'), failure('store_uri', /the scheme etcd: is not one of postgres:/));
  await assert.rejects(uri('here'), failure('store_uri', /the scheme \(none\)/));
  await assert.rejects(
    uri('mongodb://127.0.0.1:1'),
    failure('store_uri', /@keyv\/mongo is not installed.*npm install @keyv\/mongo/),
  );
  await assert.rejects(
    uri('redis://127.0.0.1:1'),
    failure('store_uri', /@keyv\/redis cannot be used: .*ECONNREFUSED/),
  );
});

test('uri: a backend that loses or mixes up what it is given is refused', async () => {
  const caseless = plainAdapter(new Map(), (key) => key.toLowerCase());
  await assert.rejects(openAdapter('caseless', caseless, false), failure('store_uri', /differ in case only/));
  const forgetful = { ...plainAdapter(new Map()), async set() {} } as unknown as KeyvStoreAdapter;
  await assert.rejects(openAdapter('forgetful', forgetful, false), failure('store_uri', /was not there/));
  const { iterator: _, ...blind } = plainAdapter(new Map());
  await assert.rejects(
    openAdapter('blind', blind as KeyvStoreAdapter, false),
    failure('store_uri', /cannot list/),
  );
});
