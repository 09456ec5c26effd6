import { Deferred } from '../../domain/deferred.js';
import type { StreamError } from '../../domain/errors.js';
import type { RecordWriter } from '../log/entry.js';
import type { Transacted } from '../port.js';
import type { CommitEntry } from './commit-queue.js';
import type { GroupIndex } from './group-index.js';
import type { JournalRecord } from './journal.js';
import type { Sequenced } from './node.js';
import { encodeItem, withItem, writeItem } from './records.js';

/** What becomes of a transaction, for the store around it. Both are called in queue order. */
export interface TransactionOwner {
  /** It is durable: every change first counts, then is told. @param bytes what each record takes in a log */
  confirmAll(group: GroupIndex, changes: readonly Sequenced[], bytes: readonly number[]): void;
  rollBack(group: GroupIndex, sequenced: Sequenced, key: string): void;
}

/** The record of one change of a transaction. */
export class ItemRecord implements JournalRecord {
  readonly key: string;
  readonly sequenced: Sequenced;
  /** Bytes of the record; 0 where nothing asked it to write itself. */
  recorded = 0;
  readonly #prefix: string;

  constructor({ keyPrefix }: GroupIndex, sequenced: Sequenced) {
    this.#prefix = keyPrefix;
    this.key = withItem(keyPrefix, sequenced.id);
    this.sequenced = sequenced;
  }

  get value(): string {
    return encodeItem(this.sequenced);
  }

  writeTo(record: RecordWriter): void {
    this.recorded = writeItem(record, this.#prefix, this.sequenced);
  }
}

/** Changes of one group on their way to the disk together: one entry of the queue, so one frame of the log. */
export class DurableTransaction extends Deferred<Transacted> implements CommitEntry {
  readonly records: readonly JournalRecord[];
  readonly bytes: number;
  readonly #owner: TransactionOwner;
  readonly #group: GroupIndex;
  readonly #items: readonly ItemRecord[];
  readonly #result: Transacted;

  /** @param first a record that has to be there before any other of the group */
  constructor(
    owner: TransactionOwner,
    group: GroupIndex,
    items: readonly ItemRecord[],
    result: Transacted,
    first: JournalRecord | undefined,
  ) {
    super();
    this.#owner = owner;
    this.#group = group;
    this.#items = items;
    this.#result = result;
    this.records = first === undefined ? items : [first, ...items];
    this.bytes = items.reduce((sum, { key, sequenced }) => sum + key.length + sequenced.value.length, 0);
  }

  settle(error: StreamError | undefined): void {
    if (error !== undefined) {
      for (const { sequenced, key } of this.#items) this.#owner.rollBack(this.#group, sequenced, key);
      return;
    }
    const changes = this.#items.map(({ sequenced }) => sequenced);
    const bytes = this.#items.map(({ recorded }) => recorded);
    this.#owner.confirmAll(this.#group, changes, bytes);
  }

  reply(error: StreamError | undefined): void {
    if (error === undefined) this.resolve(this.#result);
    else this.reject(error);
  }
}
