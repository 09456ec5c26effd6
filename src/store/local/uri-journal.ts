import type { KeyvStoreAdapter } from 'keyv';
import type { KvConfig } from '../../../generated/config.js';
import { LocalError } from '../../domain/errors.js';
import { KeyvJournal, TextKeyv } from './keyv-journal.js';
import { Outage } from './outage.js';
import { DatabaseOwner } from './ownership.js';
import { type Fitness, PROBE_PREFIX, probe } from './probe.js';
import { STORE_KEY } from './records.js';
import { readStoreRecord } from './store-epoch.js';
import { loadAdapter, NAMESPACE } from './uri-adapters.js';

/**
 * The journal of `store_method: uri`: any Keyv storage adapter that the user has installed and that can list its keys.
 * A write is as durable as that backend makes it; a batch is not atomic there. The later of two processes has the database.
 *
 * @throws LocalError `store_uri`: unknown scheme, package not installed, backend not reachable or not fit;
 *   `store_format`: a newer program wrote it
 */
export async function openUriJournal(config: KvConfig): Promise<KeyvJournal> {
  const { uri } = config;
  if (uri === undefined)
    throw new LocalError('config_invalid', 'adapter.config.uri: is required with store_method uri.');
  const { name, prefixes, adapter } = await loadAdapter(uri);
  return openAdapter(name, adapter, prefixes);
}

/**
 * The journal over a Keyv storage adapter.
 * @param prefixes whether it puts the namespace before keys itself
 * @param deadline milliseconds in which a write has to be done. @default 5000
 */
export async function openAdapter(
  name: string,
  adapter: KeyvStoreAdapter,
  prefixes: boolean,
  deadline?: number,
): Promise<KeyvJournal> {
  let failure: unknown;
  // Some adapters emit what they should throw, and then go on as if nothing were there.
  adapter.on?.('error', (error: unknown) => {
    failure = error;
  });
  const { iterator } = adapter;
  if (iterator === undefined) {
    throw new LocalError('store_uri', `${name} cannot list its keys, so a restart could not load them.`);
  }
  const keyv = new TextKeyv(adapter, { namespace: NAMESPACE, useKeyPrefix: !prefixes });
  let fitness: Fitness;
  try {
    fitness = await probe(name, keyv, () => failure);
  } catch (error) {
    // An adapter that never connected may never disconnect either; the process is about to end.
    void keyv.disconnect().catch(() => {});
    throw error;
  }
  const prefix = prefixes ? '' : `${NAMESPACE}:`;
  async function* entries(): AsyncIterable<readonly [string, string]> {
    failure = undefined;
    for await (const [key, value] of iterator!.call(adapter, NAMESPACE) as AsyncIterable<[string, string]>) {
      const own = key.slice(prefix.length);
      if (!own.startsWith(PROBE_PREFIX)) yield [own, value];
    }
    if (failure !== undefined) {
      throw new LocalError('store_uri', `${name} could not list its records: ${String(failure)}.`);
    }
  }
  const outage = new Outage(() => keyv.set(`${PROBE_PREFIX}alive`, ''));
  // A program that will refuse the records takes them from nobody.
  const store = await keyv.get(STORE_KEY);
  if (store !== undefined) readStoreRecord(name, store);
  const owner = await DatabaseOwner.take(keyv);
  return new KeyvJournal(keyv, {
    kind: name,
    ...fitness,
    entries,
    owner,
    deadline,
    failed: (over) => outage.failed(over),
    health: () => (owner.lost === undefined ? outage.health() : { writable: false, reason: owner.lost }),
    hurry: () => outage.hurry(),
    stop: () => outage.stop(),
  });
}
