import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import { StreamError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';
import { backupLog } from './backup.js';
import type { Request } from './batch.js';
import { isSelfWriting, type LogEntry } from './entry.js';
import type { Log, LogStats } from './log.js';

/**
 * The log as a Keyv storage adapter. Keys and values are strings, so Keyv must be built with a serialiser that makes
 * them so. Emits `health` (a `StoreHealth`) when writes begin to fail and when they work again; never `error`.
 *
 * Reads answer what is durable. Writes resolve when they are; each call takes effect as a whole or not at all.
 */
export class LogStore
  extends EventEmitter<{ health: [StoreHealth] }>
  implements KeyvStoreAdapter, AsyncDisposable
{
  readonly opts: { url: string; dialect: string };
  /** Set by Keyv. It limits `clear` and `iterator`; the keys of all other calls are complete as they are. */
  namespace: string | undefined;
  readonly #log: Log;

  constructor(log: Log) {
    super();
    this.#log = log;
    this.opts = { url: `log:${log.directory}`, dialect: 'log' };
    log.onHealth((health) => this.emit('health', health));
  }

  /** Another adapter over the same log: Keyv keeps its namespace on the adapter, so each namespace needs its own. */
  sibling(): LogStore {
    return new LogStore(this.#log);
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.#log.state.get(key) as StoredData<Value> | undefined;
  }

  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    return keys.map((key) => this.#log.state.get(key) as StoredData<Value | undefined>);
  }

  async has(key: string): Promise<boolean> {
    return this.#log.state.has(key);
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return keys.map((key) => this.#log.state.has(key));
  }

  /** @throws StreamError `overloaded`, `read_only`, `unavailable`, `limit`, `invalid_input` */
  async set(key: string, value: unknown): Promise<true> {
    await this.#submit({ kind: 'set', entries: [checked({ key, value })] });
    return true;
  }

  /** Resolves to a `true` for each entry, which Keyv's type has no room for. @throws StreamError as `set` */
  async setMany(entries: { key: string; value: unknown }[]): Promise<void> {
    if (entries.length > 0) await this.#submit({ kind: 'set', entries: entries.map(checked) });
    return entries.map(() => true) as unknown as undefined;
  }

  /** Whether the key was there. @throws StreamError as `set` */
  async delete(key: string): Promise<boolean> {
    return this.#submit({ kind: 'delete', keys: [key] });
  }

  /** Whether any of the keys was there. @throws StreamError as `set` */
  async deleteMany(keys: string[]): Promise<boolean> {
    return keys.length > 0 && this.#submit({ kind: 'delete', keys: [...keys] });
  }

  /** Removes everything, or everything in the namespace. @throws StreamError as `set` */
  async clear(): Promise<void> {
    await this.#submit({ kind: 'clear', prefix: this.namespace ? `${this.namespace}:` : '' });
  }

  /** Every entry, or every entry of the namespace. */
  async *iterator<Value>(namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    const prefix = namespace ? `${namespace}:` : '';
    for (const [key, value] of this.#log.state.entries()) if (key.startsWith(prefix)) yield [key, value];
  }

  /** Every entry at once, in no particular order; nothing may be written while it is iterated. */
  entries(): IterableIterator<[string, string]> {
    return this.#log.state.entries();
  }

  /** Whether writes can succeed now. */
  health(): StoreHealth {
    return this.#log.health();
  }

  /** Somebody wants to write: tries to recover from a failure now, unless that was just tried. */
  hurry(): void {
    this.#log.hurry();
  }

  stats(): LogStats {
    return this.#log.stats();
  }

  /** Copies the store as it is into an empty directory; open that directory to restore it. @throws LocalError `backup_failed` */
  backup(directory: string): Promise<void> {
    return backupLog(this.#log.directory, directory, this.#log.fs);
  }

  /** Writes what is queued, syncs, and gives the directory free. Closes all siblings. */
  close(): Promise<void> {
    return this.#log.close();
  }

  disconnect(): Promise<void> {
    return this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #submit(request: Request): Promise<boolean> {
    return this.#log.submit(request);
  }
}

function checked(entry: { key: string; value: unknown }): LogEntry {
  if (isSelfWriting(entry as LogEntry)) return entry as LogEntry;
  const { key, value } = entry;
  if (typeof value === 'string' && typeof key === 'string') return { key, value };
  throw new StreamError('invalid_input', 'the log keeps strings: Keyv needs a serializer');
}
