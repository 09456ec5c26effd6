import { type Config, type Live, StreamRules } from '../config/index.js';
import { StreamError } from '../domain/errors.js';
import type { Lifetime } from '../domain/lifetime.js';
import type { Store } from '../store/port.js';
import type { Owners } from './owners.js';

/** The fields by which a write says how long an item lives. */
export interface LifetimeFields {
  readonly ttl_ms?: number | null | undefined;
  readonly owner?: { readonly connection_id: string } | undefined;
}

/** How long items live: as their writes say, and else as the configuration of their streams does. */
export class Lifetimes {
  readonly #store: Store;
  readonly #owners: Owners;
  readonly #config: Live<Pick<Config, 'streams'>>;
  #streams: Config['streams'] | undefined;
  #rules = new StreamRules({});

  constructor(store: Store, owners: Owners, config: Live<Pick<Config, 'streams'>>) {
    this.#store = store;
    this.#owners = owners;
    this.#config = config;
  }

  /**
   * Undefined where nobody asks for anything, as for most.
   * @param place what stands before the fields' names in an error
   * @throws StreamError `unsupported`, naming the field, where the store removes nothing by itself; as `Owners.token`
   */
  of(
    { ttl_ms: ttl, owner: named }: LifetimeFields,
    kind: 'set' | 'update',
    stream: string,
    place = '',
  ): Lifetime | undefined {
    const own = this.#ttlOf(stream);
    if (named === undefined && (ttl === undefined || ttl === null) && own === undefined) return undefined;
    const owner = named === undefined ? undefined : this.#owners.token(named.connection_id);
    if (ttl !== undefined && ttl !== null) {
      if (this.#store.lifetimes) return { ttlMs: ttl, owner };
      const what = `items of the store ${this.#store.kind} do not expire`;
      throw new StreamError('unsupported', `${place}ttl_ms: ${what}`);
    }
    return kind === 'set' ? { ttlMs: own, owner } : { ttlMsWhenNew: own, owner };
  }

  /** Milliseconds; undefined = for ever. */
  #ttlOf(stream: string): number | undefined {
    const { streams } = this.#config.current;
    if (streams !== this.#streams) {
      this.#streams = streams;
      this.#rules = new StreamRules(streams);
    }
    if (this.#rules.isEmpty || !this.#store.lifetimes) return undefined;
    return this.#rules.of(stream)?.ttl_ms || undefined;
  }
}
