import { bounded } from '../log/bounded.js';
import { isSelfWriting, type LogEntry, type LogState, MapState } from '../log/index.js';
import { Catalog } from './catalog.js';
import type { GroupIndex } from './group-index.js';
import { IndexLoader } from './index-loader.js';
import type { Node } from './node.js';
import { encodeNode, ITEM, itemPrefix, parseKey, withItem } from './records.js';

/**
 * The store's index as the log's state, so that every item is in memory once: a record's text is made from its node
 * when the log asks for it.
 *
 * Invariant: what the log says is the index, and over it what the log has made durable and the store has not applied
 * yet (`#ahead`). So the store may change the index only to what is durable in the log, and calls `applied` when it has.
 * It holds at every moment, however much later than the log the store is, a snapshot that is being written included.
 */
export class LogIndex implements LogState {
  readonly catalog = new Catalog();
  /** Everything that is no item: few, and kept as text. */
  readonly rest = new MapState();
  readonly replay = new IndexLoader(this.catalog, this.rest);
  /** Keys of items with their durable text; undefined where it was removed. Through `#overlay` only. */
  #ahead = new Map<string, string | undefined>();
  /** What comes on top of it, oldest first: hardly ever does anybody look before the store has applied it all. */
  #newest: { readonly key: string; readonly value: string | undefined }[] = [];

  /** Without what is not applied yet, as `liveBytes`. */
  get size(): number {
    return this.catalog.usage.nodes + this.rest.size;
  }

  get liveBytes(): number {
    return this.catalog.usage.bytes + this.rest.liveBytes;
  }

  /** The index has come to where the log is. */
  applied(): void {
    // A cleared Map's old table holds its texts and leads to the new one: once it is old, all that follow grow old too.
    if (this.#ahead.size > 0) this.#ahead = new Map();
    this.#newest = [];
  }

  get(key: string): string | undefined {
    if (!key.startsWith(ITEM)) return this.rest.get(key);
    const ahead = this.#overlay();
    if (ahead.has(key)) return ahead.get(key);
    const node = this.#node(key);
    return node && encodeNode(node);
  }

  has(key: string): boolean {
    if (!key.startsWith(ITEM)) return this.rest.has(key);
    const ahead = this.#overlay();
    return ahead.has(key) ? ahead.get(key) !== undefined : this.#node(key) !== undefined;
  }

  store(entry: LogEntry): void {
    // The store's items write themselves, and nothing else does.
    if (isSelfWriting(entry) || entry.key.startsWith(ITEM)) this.#newest.push(entry);
    else this.rest.store(entry);
  }

  delete(key: string): boolean {
    if (!key.startsWith(ITEM)) return this.rest.delete(key);
    const found = this.has(key);
    this.#newest.push({ key, value: undefined });
    return found;
  }

  clear(prefix: string): void {
    for (const [key] of this.entries()) if (key.startsWith(prefix)) this.delete(key);
  }

  entries(): IterableIterator<[string, string]> {
    return this.stable();
  }

  /**
   * Nodes that the store touches meanwhile may be missed where they leave one Map for another: their records are either
   * younger than the iteration or among `ahead`, which comes last.
   */
  *stable(): IterableIterator<[string, string]> {
    const ahead = [...this.#overlay().keys()];
    yield* this.rest.stable();
    for (const group of this.catalog.stable()) {
      const prefix = itemPrefix(group);
      for (const nodes of [group.items, group.tombstones]) {
        if (nodes === undefined) continue;
        for (const node of bounded(nodes.values(), nodes.size)) {
          const key = withItem(prefix, node.id);
          if (!this.#overlay().has(key)) yield [key, encodeNode(node)];
        }
      }
    }
    for (const key of ahead) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  #overlay(): ReadonlyMap<string, string | undefined> {
    for (const { key, value } of this.#newest) this.#ahead.set(key, value);
    if (this.#newest.length > 0) this.#newest = [];
    return this.#ahead;
  }

  #node(key: string): Node | undefined {
    const parsed = parseKey(key);
    if (parsed.kind !== 'item') return undefined;
    const group: GroupIndex | undefined = this.catalog.get(parsed);
    return group?.node(parsed.item);
  }
}
