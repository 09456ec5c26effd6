import { randomBytes } from 'node:crypto';
import { LocalError } from '../../domain/errors.js';
import type { Catalog } from './catalog.js';
import type { GroupIndex } from './group-index.js';
import type { Journal, JournalRecord } from './journal.js';
import { decodeItem, type Head, headKey, parseKey, STORE_KEY, type StoreRecord } from './records.js';

/** The store's incarnation: which epoch a new group gets. */
export class Lineage {
  #record: StoreRecord;

  constructor(record: StoreRecord) {
    this.#record = record;
  }

  epochOfNewGroup(): string {
    const { epoch, generation } = this.#record;
    return generation === 0 ? epoch : `${epoch}-${generation}`;
  }

  /** The head record that a new group needs when its epoch is not the store's. */
  birthRecord(group: GroupIndex): JournalRecord | undefined {
    if (group.epoch === this.#record.epoch) return undefined;
    const head: Head = { epoch: group.epoch, seq: 0, timestamp: 0, horizon: 0 };
    return { key: headKey(group), value: JSON.stringify(head) };
  }

  nextGeneration(): JournalRecord {
    this.#record = { ...this.#record, generation: this.#record.generation + 1 };
    return this.record();
  }

  record(): JournalRecord {
    return { key: STORE_KEY, value: JSON.stringify(this.#record) };
  }

  /** The epoch of groups without a head record. */
  get epoch(): string {
    return this.#record.epoch;
  }
}

const newStore = (): StoreRecord => ({
  format: 1,
  epoch: randomBytes(6).toString('base64url'),
  generation: 0,
});

/**
 * Fills the catalog from the journal and names the store's incarnation, making one when the journal is new or
 * incomplete: a cursor of before must not match what is written from now on.
 * @throws LocalError `store_corrupt` when a record is not one of ours.
 */
export async function loadJournal(catalog: Catalog, journal: Journal | undefined): Promise<Lineage> {
  if (journal === undefined) return new Lineage(newStore());
  let store: StoreRecord | undefined;
  const heads: { group: GroupIndex; head: Head }[] = [];
  await journal.load((key, value) => {
    try {
      const parsed = parseKey(key);
      if (parsed.kind === 'store') {
        store = JSON.parse(value) as StoreRecord;
        return;
      }
      const group = catalog.open(parsed, () => '');
      if (parsed.kind === 'head') heads.push({ group, head: JSON.parse(value) as Head });
      else {
        // What the index did not take is malformed.
        if (journal.index !== undefined)
          throw new Error(`malformed record ${JSON.stringify(key.slice(0, 200))}`);
        group.collect(decodeItem(parsed.item, value));
      }
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new LocalError(
        'store_corrupt',
        `The ${journal.kind} store holds a record that is not readable: ${what}.`,
        { cause: error },
      );
    }
  });
  const { incomplete = false } = journal;
  if (store === undefined && !incomplete && hasItems(catalog))
    throw new LocalError('store_corrupt', `The ${journal.kind} store holds items but no store record.`);
  const renewed = store === undefined || incomplete;
  const lineage = new Lineage(renewed ? newStore() : (store as StoreRecord));
  for (const group of catalog.all()) group.epoch = lineage.epoch;
  for (const { group, head } of heads) {
    if (!renewed) group.epoch = head.epoch;
    group.horizon = head.horizon;
    group.seq = head.seq;
    group.timestamp = head.timestamp;
  }
  if (renewed) {
    const records = heads.map(({ group, head }) => ({
      key: headKey(group),
      value: JSON.stringify({ ...head, epoch: lineage.epoch }),
    }));
    await journal.write([lineage.record(), ...records]);
  }
  for (const group of catalog.all()) group.finishLoad();
  return lineage;
}

function hasItems(catalog: Catalog): boolean {
  for (const group of catalog.all()) if (group.collected().size > 0) return true;
  return false;
}
