import { randomBytes } from 'node:crypto';
import type { GroupAddress } from '../../domain/change.js';
import { LocalError } from '../../domain/errors.js';
import type { GroupHead } from '../../domain/since.js';
import type { JournalRecord } from './journal.js';
import { headKey, STORE_KEY } from './records.js';

/** The newest version of the record layout that this program reads. */
export const RECORD_FORMAT = 2;

/** The text of the store's own record. */
export interface StoreRecord {
  /** Version of the record layout: 2 once an item has extras, so that a program which would misread them refuses. */
  readonly format: 1 | 2;
  readonly epoch: string;
  /** Counts groups that were forgotten: a group born after that gets an epoch of its own. */
  readonly generation: number;
  /** Milliseconds; no timestamp that was handed out is greater. Absent in what older programs wrote. */
  readonly clock?: number;
}

/**
 * Reads the text of the store's own record.
 * @param kind what keeps it, for the error
 * @throws LocalError `store_format` when a newer program wrote it, `store_corrupt`
 */
export function readStoreRecord(kind: string, text: string): StoreRecord {
  let store: StoreRecord;
  try {
    store = JSON.parse(text) as StoreRecord;
  } catch (error) {
    throw new LocalError('store_corrupt', `The ${kind} store holds a record ${STORE_KEY} that is no JSON.`, {
      cause: error,
    });
  }
  if (store.format <= RECORD_FORMAT) return store;
  const found = `The ${kind} store has records of format ${store.format}`;
  throw new LocalError(
    'store_format',
    `${found}, this program reads format ${RECORD_FORMAT}: use the newer program.`,
  );
}

export const headRecord = (
  at: GroupAddress,
  { epoch, seq, timestamp, horizon }: GroupHead,
): JournalRecord => ({
  key: headKey(at),
  value: JSON.stringify({ epoch, seq, timestamp, horizon }),
});

/** Which history the store holds (D13), and so which epoch a new group gets. */
export class StoreEpoch {
  #record: StoreRecord;
  readonly #process = randomBytes(6).toString('base64url');
  /** A record with format 2 is on its way: no later one may take it back. */
  #isExtending = false;

  /** @param record what the store says of itself. @default a new history @param format of a new history's records */
  constructor(record?: StoreRecord, format: StoreRecord['format'] = 1) {
    this.#record = record ?? { format, epoch: randomBytes(6).toString('base64url'), generation: 0 };
  }

  /** Of groups without a head record. */
  get store(): string {
    return this.#record.epoch;
  }

  /** @param isTransient the group is kept in memory only: its history ends with this process */
  ofNewGroup(isTransient: boolean): string {
    const { epoch, generation } = this.#record;
    if (isTransient) return `${epoch}-${generation}-${this.#process}`;
    return generation === 0 ? epoch : `${epoch}-${generation}`;
  }

  /** The head record that a new group needs when its epoch is not the store's. */
  birthRecord(at: GroupAddress, epoch: string): JournalRecord | undefined {
    if (epoch === this.#record.epoch) return undefined;
    return headRecord(at, { epoch, seq: 0, timestamp: 0, horizon: 0 });
  }

  /** The record that has to be there before the first item with extras; undefined when it is. */
  extended(): JournalRecord | undefined {
    if (this.#record.format === 2) return undefined;
    this.#isExtending = true;
    return this.record();
  }

  /** It is there. */
  confirmExtended(): void {
    this.#record = this.#with2();
  }

  #with2(): StoreRecord {
    return { ...this.#record, format: 2 };
  }

  nextGeneration(): JournalRecord {
    this.#record = { ...this.#record, generation: this.#record.generation + 1 };
    return this.record();
  }

  /** ms; 0 = unknown. */
  get clock(): number {
    return this.#record.clock ?? 0;
  }

  set clock(clock: number) {
    this.#record = { ...this.#record, clock };
  }

  record(): JournalRecord {
    const record = this.#isExtending ? this.#with2() : this.#record;
    return { key: STORE_KEY, value: JSON.stringify(record) };
  }
}
