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
