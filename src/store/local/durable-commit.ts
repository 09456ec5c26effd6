import { Deferred } from '../../domain/deferred.js';
import type { StreamError } from '../../domain/errors.js';
import type { RecordWriter } from '../log/entry.js';
import type { Committed } from '../port.js';
import type { CommitEntry } from './commit-queue.js';
import type { GroupIndex } from './group-index.js';
import type { JournalRecord } from './journal.js';
import type { Sequenced } from './node.js';
import { writeOps } from './ops-records.js';
import { bytesAfter, encodeItem, withItem, writeItem } from './records.js';

/** What becomes of a change, for the store around it. Both are called in queue order. */
export interface CommitOwner {
  /** It is durable. @param bytes what its record takes in a log, whole */
  confirm(group: GroupIndex, sequenced: Sequenced, bytes: number): void;
  /** It is not, and neither is what was sequenced after it. @param key of its record */
  rollBack(group: GroupIndex, sequenced: Sequenced, key: string): void;
}

/** A change on its way to the disk: queue entry, record and reply in one object, because there are very many. */
export class DurableCommit extends Deferred<Committed> implements CommitEntry, JournalRecord {
  readonly bytes: number;
  readonly #owner: CommitOwner;
  readonly #group: GroupIndex;
  readonly #sequenced: Sequenced;
  readonly #result: Committed;
  readonly #first: JournalRecord | undefined;
  /** Bytes of the record; 0 where nothing asked it to write itself. */
  #recorded = 0;

  /** @param first a record that has to be there before any other of the group */
  constructor(
    owner: CommitOwner,
    group: GroupIndex,
    sequenced: Sequenced,
    result: Committed,
    first: JournalRecord | undefined,
  ) {
    super();
    this.#owner = owner;
    this.#group = group;
    this.#sequenced = sequenced;
    this.#result = result;
    this.#first = first;
    const { id, value, change } = sequenced;
    const length = this.#isShort ? change.ops!.text.length : value.length;
    this.bytes = group.keyPrefix.length + id.length + length;
  }

  /** Written as the ops that made it. */
  get #isShort(): boolean {
    return this.#sequenced.run !== undefined && this.#sequenced.run.count > 0;
  }

  get key(): string {
    return withItem(this.#group.keyPrefix, this.#sequenced.id);
  }

  get value(): string {
    return encodeItem(this.#sequenced);
  }

  get records(): readonly JournalRecord[] {
    return this.#first === undefined ? [this] : [this.#first, this];
  }

  writeTo(record: RecordWriter): void {
    const write = this.#isShort ? writeOps : writeItem;
    this.#recorded = write(record, this.#group.keyPrefix, this.#sequenced);
  }

  settle(error: StreamError | undefined): void {
    if (error === undefined) this.#owner.confirm(this.#group, this.#sequenced, this.#wholeBytes());
    else this.#owner.rollBack(this.#group, this.#sequenced, this.key);
  }

  /** What its record takes in a snapshot. */
  #wholeBytes(): number {
    if (this.#recorded === 0 || !this.#isShort) return this.#recorded;
    return bytesAfter(this.#group.node(this.#sequenced.id)!, this.#sequenced);
  }

  reply(error: StreamError | undefined): void {
    if (error === undefined) this.resolve(this.#result);
    else this.reject(error);
  }
}
