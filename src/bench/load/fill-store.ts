// Run as a process of its own: `fill-store.ts MAIN DIRECTORY COUNT` fills a file-based store by means of a compiled
// server's own modules, so that the process that is measured afterwards holds nothing of the filling.
import { pathToFileURL } from 'node:url';
import type { JsonText } from '../../../generated/json-text.js';

const GROUPS = 1_000;
/** Writes that wait for the disk together. */
const WAVE = 256;
/** With its names and numbers a record then has about 300 bytes. */
const VALUE = `{"text":"${'x'.repeat(240)}"}` as JsonText;

const [main = '', directory = '', count = '0'] = process.argv.slice(2);
const load = async <T>(module: string): Promise<T> =>
  (await import(new URL(`../${module}`, pathToFileURL(main)).href)) as T;
const { LocalStore } = await load<typeof import('../../store/local/local-store.js')>(
  'store/local/local-store.js',
);
const { openFileJournal } = await load<typeof import('../../store/local/file-journal.js')>(
  'store/local/file-journal.js',
);
const { createLogger } =
  await load<typeof import('../../observability/logger.js')>('observability/logger.js');

const tombstones = { max_per_group: 10_000, max_age_ms: 86_400_000 };
const journal = await openFileJournal(
  {
    store_method: 'file_based',
    file_path: directory,
    durability: 'always',
    save_interval_ms: 5_000,
    max_queued_bytes: 64 * 1024 * 1024,
    tombstones,
  },
  { logger: createLogger({ level: 'silent', format: 'json' }) },
);
const store = await LocalStore.open(
  { tombstones: { maxPerGroup: 10_000, maxAgeMs: 86_400_000 }, maxQueuedBytes: 64 * 1024 * 1024 },
  journal,
);
for (let n = 0; n < Number(count); ) {
  const wave: unknown[] = [];
  for (; wave.length < WAVE && n < Number(count); n += 1) {
    const at = { stream: 'store', group: `g-${n % GROUPS}`, item: `item-${n}` };
    wave.push(store.commit(at, { kind: 'set', value: VALUE }));
  }
  await Promise.all(wave);
}
await store[Symbol.asyncDispose]();
