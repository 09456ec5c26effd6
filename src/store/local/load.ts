import { LocalError, messageOf } from '../../domain/errors.js';
import type { GroupHead } from '../../domain/since.js';
import { MOST_LEAD } from '../lead-limit.js';
import type { Catalog } from './catalog.js';
import type { Journal } from './journal.js';
import { LoadingGroups } from './loading.js';
import { decodeItem, parseKey } from './records.js';
import { headRecord, RECORD_FORMAT, readStoreRecord, StoreEpoch, type StoreRecord } from './store-epoch.js';

/**
 * Fills the catalog from the journal. The store gets a new epoch when the journal is new or incomplete: a cursor of
 * before must not match what is written from now on.
 * @param now ms
 * @throws LocalError `store_corrupt` when a record is not one of ours.
 */
export async function loadJournal(catalog: Catalog, journal: Journal, now: number): Promise<StoreEpoch> {
  const { kind, index, incomplete = false } = journal;
  const groups = index?.loading ?? new LoadingGroups();
  let store: StoreRecord | undefined;
  const visit = (key: string, value: string): void => {
    const parsed = parseKey(key);
    if (parsed.kind === 'store') store = readStoreRecord(kind, value);
    else if (parsed.kind === 'joined') catalog.formerJoins.set(key, value);
    else if (parsed.kind === 'head') groups.open(parsed).head = JSON.parse(value) as GroupHead;
    else if (index === undefined) groups.open(parsed).collect(decodeItem(parsed.item, value));
    // What the index did not take is malformed.
    else throw new Error(`malformed record ${JSON.stringify(key.slice(0, 200))}`);
  };
  await journal.load((key, value) => {
    try {
      visit(key, value);
    } catch (error) {
      if (error instanceof LocalError) throw error;
      throw corrupt(kind, `holds a record that is not readable: ${messageOf(error)}`, error);
    }
  });
  if (store === undefined && !incomplete && hasItems(groups))
    throw corrupt(kind, 'holds items but no store record');
  const isRenewed = store === undefined || incomplete;
  const epoch = new StoreEpoch(
    isRenewed ? undefined : store,
    store?.format ?? (hasItems(groups) ? RECORD_FORMAT : 1),
  );
  epoch.clock = Math.max(store?.clock ?? 0, incomplete ? now + MOST_LEAD : 0);
  const heads = [];
  for (const group of groups.all()) {
    const { head } = group;
    const nodes = group.nodes();
    // One that was only passing through leaves nothing: its next life has another epoch.
    if (head === undefined && nodes.size === 0) continue;
    const renewed = head && isRenewed ? { ...head, epoch: epoch.store } : head;
    if (renewed !== undefined) heads.push(headRecord(group, renewed));
    const known = renewed ?? { epoch: epoch.store, seq: 0, timestamp: 0, horizon: 0 };
    catalog.add(group, group.state(known, catalog.usage));
  }
  groups.clear();
  if (isRenewed) await journal.write([epoch.record(), ...heads], [], () => {});
  await journal.settle?.();
  return epoch;
}

function hasItems(groups: LoadingGroups): boolean {
  for (const group of groups.all()) if (group.nodes().size > 0) return true;
  return false;
}

const corrupt = (kind: string, what: string, cause?: unknown): LocalError =>
  new LocalError('store_corrupt', `The ${kind} store ${what}.`, { cause });
