import { MapState } from '../log/map-state.js';
import { bounded, type LogState } from '../log/state.js';
import { Catalog } from './catalog.js';
import { IndexLoader } from './index-loader.js';
import { LoadingGroups } from './loading.js';
import { encodeItem, withItem } from './records.js';

/**
 * The store's index as the log's state, so that every item is in memory once: a record's text is made from its node
 * when a snapshot asks for it.
 */
export class LogIndex implements LogState {
  readonly catalog = new Catalog();
  /** Everything that is no item: few, and kept as text. */
  readonly rest = new MapState();
  /** What was read of the items; the store takes it over. */
  readonly loading = new LoadingGroups();
  readonly replay = new IndexLoader(this.loading, this.rest);

  get size(): number {
    return this.catalog.usage.nodes + this.rest.size;
  }

  get liveBytes(): number {
    return this.catalog.usage.bytes + this.rest.liveBytes;
  }

  /**
   * Nodes that the store touches meanwhile may be missed where they leave one Map for another: their records are
   * younger than the iteration.
   */
  *stable(): IterableIterator<[string, string]> {
    yield* this.rest.stable();
    for (const group of this.catalog.stable()) {
      if (group.isTransient) continue;
      for (const nodes of [group.items, group.tombstones]) {
        if (nodes === undefined) continue;
        for (const node of bounded(nodes.values(), nodes.size))
          yield [withItem(group.keyPrefix, node.id), encodeItem(node)];
      }
    }
  }
}
