import { Keyv, type KeyvOptions, type KeyvStoreAdapter } from 'keyv';

/**
 * Options that make Keyv keep its promises: text is stored as it is, failures throw, keys are stored unprefixed
 * (a prefix would be left out for keys that begin with it). No `error` listener may be attached on this path: with
 * one, Keyv answers false instead of throwing.
 */
const OPTIONS: Omit<KeyvOptions, 'store'> = {
  serialize: ({ value }) => value as string,
  deserialize: (text) => ({ value: text as never, expires: undefined as never }),
  throwOnErrors: true,
  emitErrors: false,
  useKeyPrefix: false,
};

/** A Keyv whose values are texts, and which therefore has nothing to serialise. */
export class TextKeyv extends Keyv<string> {
  constructor(store: KeyvStoreAdapter, options: Pick<KeyvOptions, 'namespace' | 'useKeyPrefix'> = {}) {
    super(store, { ...OPTIONS, ...options });
  }

  /** Rejects when every entry is over: one that is still on its way could land on what is written next. */
  override async setMany(entries: { key: string; value: string }[]): Promise<boolean[]> {
    const { setMany } = this.store as KeyvStoreAdapter;
    if (setMany !== undefined) return super.setMany(entries);
    return allOver(entries.map(({ key, value }) => this.set(key, value)));
  }

  /** The same for deletions. */
  override async deleteMany(keys: string[]): Promise<boolean> {
    const { deleteMany } = this.store as KeyvStoreAdapter;
    if (deleteMany !== undefined) return super.deleteMany(keys);
    return (await allOver(keys.map((key) => this.delete(key)))).every(Boolean);
  }
}

/** As `Promise.all`, but settles no sooner than the last of them. */
async function allOver<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/**
 * Where keys are prefixed by nobody either, a batch reaches the adapter as it is. Keyv makes several promises per entry
 * to find that out, which durable writes feel (2 to 4 %).
 */
export class PlainKeyv extends TextKeyv {
  /** Rejects as the adapter does. */
  override async setMany(entries: { key: string; value: string }[]): Promise<boolean[]> {
    const { setMany } = this.store as KeyvStoreAdapter;
    return (setMany === undefined ? super.setMany(entries) : setMany.call(this.store, entries)) as Promise<
      boolean[]
    >;
  }
}
