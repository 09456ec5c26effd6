import type { Catalog } from './catalog.js';
import type { JournalRecord } from './journal.js';
import { encodeItem, withItem } from './records.js';
import { headRecord, type StoreEpoch } from './store-epoch.js';

/** Every record of the committed state (spec/records.md), the store's own first. */
export function* stateRecords(catalog: Catalog, epoch: StoreEpoch): IterableIterator<JournalRecord> {
  yield epoch.record();
  for (const group of catalog.stable()) {
    if (group.isTransient) continue;
    if (group.horizon > 0 || group.epoch !== epoch.store) yield headRecord(group, group);
    for (const nodes of [group.items, group.tombstones]) {
      for (const node of nodes?.values() ?? [])
        yield { key: withItem(group.keyPrefix, node.id), value: encodeItem(node) };
    }
  }
}
