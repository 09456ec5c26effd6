import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { KvConfig } from '../../../generated/config.js';
import { LocalError } from '../../domain/errors.js';
import { KEYV_OPTIONS, KeyvJournal } from './keyv-journal.js';

/**
 * URI scheme → the package that speaks it. Explicit, because Keyv itself takes an unknown URI for an in-memory store
 * and answers true.
 */
const PACKAGES: Readonly<Record<string, string>> = {
  'postgres:': '@keyv/postgres',
  'postgresql:': '@keyv/postgres',
  'mysql:': '@keyv/mysql',
  'mongodb:': '@keyv/mongo',
  'mongodb+srv:': '@keyv/mongo',
  'sqlite:': '@keyv/sqlite',
  'redis:': '@keyv/redis',
  'rediss:': '@keyv/redis',
};

type AdapterClass = new (uri: string) => KeyvStoreAdapter;

/**
 * The journal of `store_method: uri`: any Keyv storage adapter that the user has installed and that can list its keys.
 * A write is as durable as that backend makes it; a batch is not atomic there.
 *
 * @throws LocalError `store_uri` naming the package to install, or the scheme that is not known
 */
export async function openUriJournal(config: KvConfig): Promise<KeyvJournal> {
  const { uri } = config;
  if (uri === undefined)
    throw new LocalError('config_invalid', 'adapter.config.uri: is required with store_method uri.');
  const scheme = URL.canParse(uri) ? new URL(uri).protocol : '';
  const name = PACKAGES[scheme];
  if (name === undefined) {
    const known = Object.keys(PACKAGES).join(', ');
    throw new LocalError(
      'store_uri',
      `adapter.config.uri: the scheme ${scheme || '(none)'} is not one of ${known}.`,
    );
  }
  const adapter = new (await loadAdapter(name))(uri);
  const { iterator } = adapter;
  if (iterator === undefined) {
    throw new LocalError('store_uri', `${name} cannot list its keys, so a restart could not load them.`);
  }
  const keyv = new Keyv<string>(adapter, { ...KEYV_OPTIONS, namespace: undefined as never });
  adapter.namespace = undefined;
  return new KeyvJournal(keyv, {
    kind: name,
    atomic: false,
    entries: () => iterator.call(adapter) as AsyncIterable<readonly [string, string]>,
  });
}

async function loadAdapter(name: string): Promise<AdapterClass> {
  try {
    const module = (await import(name)) as { default: AdapterClass };
    return module.default;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new LocalError(
      'store_uri',
      `${name} is not installed; install it next to iii-stream: npm install ${name}.`,
      { cause: error },
    );
  }
}
