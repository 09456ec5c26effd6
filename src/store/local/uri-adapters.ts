import type { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter } from 'keyv';
import { LocalError } from '../../domain/errors.js';

/** Under which name our records lie beside those of other users of the same database. */
export const NAMESPACE = 'iii-stream';

/** Rows that an SQL adapter reads at a time while loading; its own default is 10. */
const ITERATION_LIMIT = 10_000;

/** Characters of the key column that `@keyv/postgres` makes; an index entry of PostgreSQL ends at 2,704 bytes. */
const POSTGRES_KEY_SIZE = 2_600;

export interface UriAdapter {
  /** The npm package; each of them has its adapter class as the default export. */
  readonly name: string;
  /** What its constructor takes. */
  readonly args: (uri: string) => readonly unknown[];
  /** Options that it reads later than in its constructor, which may hand what it does not know to a driver that warns. */
  readonly later?: Readonly<Record<string, unknown>>;
  /** True when the adapter puts the namespace before each key itself; Keyv does it for the others. */
  readonly prefixes: boolean;
}

const sql = (name: string, options: Readonly<Record<string, unknown>> = {}): UriAdapter => ({
  name,
  args: (uri) => [{ uri, ...options }],
  later: { iterationLimit: ITERATION_LIMIT },
  prefixes: false,
});
/**
 * The pool of `pg` emits what befalls an idle connection, the adapter does not listen, and an `error` event that nobody
 * hears ends the process: a restart of the database would be ours too. The pool shows itself only as the `this` of its
 * log function, which it calls before it connects. The next query opens a new connection, or fails and says why.
 */
function swallowPoolErrors(this: EventEmitter): void {
  if (this.listenerCount('error') === 0) this.on('error', () => {});
}
const postgres = sql('@keyv/postgres', { keySize: POSTGRES_KEY_SIZE, log: swallowPoolErrors });
const mongo: UriAdapter = { name: '@keyv/mongo', args: (uri) => [uri], prefixes: false };
const redis: UriAdapter = {
  name: '@keyv/redis',
  // Without the options a command that fails looks as if it were done.
  args: (uri) => [uri, { throwOnErrors: true, throwOnConnectError: true }],
  prefixes: true,
};

/**
 * URI scheme → the package that speaks it. Explicit, because Keyv itself takes an unknown URI for an in-memory store
 * and returns true.
 */
const ADAPTERS: Readonly<Record<string, UriAdapter>> = {
  'postgres:': postgres,
  'postgresql:': postgres,
  'mysql:': sql('@keyv/mysql'),
  'sqlite:': sql('@keyv/sqlite'),
  'mongodb:': mongo,
  'mongodb+srv:': mongo,
  'redis:': redis,
  'rediss:': redis,
};

export interface LoadedAdapter {
  readonly name: string;
  readonly prefixes: boolean;
  readonly adapter: KeyvStoreAdapter;
}

/**
 * Which package speaks the scheme of `uri`, and how it is called.
 * @throws LocalError `store_uri` naming the schemes that are known
 */
export function adapterFor(uri: string): UriAdapter {
  // Not every adapter's URI is a URL: sqlite://:memory: is none.
  const scheme = /^[a-z][a-z\d+.-]*:/i.exec(uri)?.[0].toLowerCase() ?? '';
  const known = ADAPTERS[scheme];
  if (known === undefined) {
    const schemes = Object.keys(ADAPTERS).join(', ');
    throw new LocalError(
      'store_uri',
      `adapter.config.uri: the scheme ${scheme || '(none)'} is not one of ${schemes}.`,
    );
  }
  if (scheme === 'sqlite:' && !/^sqlite:\/\//i.test(uri)) {
    const message =
      'adapter.config.uri: a path follows sqlite://, as in sqlite://x.db or sqlite:///var/lib/x.db.';
    throw new LocalError('store_uri', message);
  }
  return known;
}

/**
 * Makes the Keyv storage adapter for `uri`, from a package that the user has installed.
 * @throws LocalError `store_uri` naming the package to install, or the schemes that are known
 */
export async function loadAdapter(uri: string): Promise<LoadedAdapter> {
  const { name, args, later, prefixes } = adapterFor(uri);
  const { default: Adapter } = await importAdapter(name);
  const adapter = new Adapter(...args(uri));
  if (later !== undefined) Object.assign(adapter.opts as object, later);
  return { name, prefixes, adapter };
}

interface AdapterModule {
  readonly default: new (...args: readonly unknown[]) => KeyvStoreAdapter;
}

async function importAdapter(name: string): Promise<AdapterModule> {
  try {
    return (await import(name)) as AdapterModule;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new LocalError(
      'store_uri',
      `${name} is not installed; install it next to iii-stream: npm install ${name}.`,
      { cause: error },
    );
  }
}
