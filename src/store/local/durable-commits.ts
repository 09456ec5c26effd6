import { Deferred } from '../../domain/deferred.js';
import { StreamError } from '../../domain/errors.js';
import type { RecordWriter, SelfWriting } from '../log/index.js';
import type { Committed } from '../port.js';
import type { CommitQueue, Entry } from './commit-queue.js';
import type { GroupIndex, Sequenced } from './group-index.js';
import type { JournalRecord } from './journal.js';
import { encodeItem, encodeNode, withItem, writeItem } from './records.js';

/** What becomes of a change, for the store around it. */
export interface CommitOwner {
  /** It is durable: makes it part of the index and tells the listener. @param bytes what it takes in a log */
  publish(group: GroupIndex, sequenced: Sequenced, bytes: number): void;
  /** It fell, and no commit ever reached the group. */
  discard(group: GroupIndex): void;
}

/** A change on its way to the disk: queue entry, record and answer in one object, because there are very many. */
class DurableCommit extends Deferred<Committed> implements Entry, JournalRecord, SelfWriting {
  readonly bytes: number;
  readonly #commits: DurableCommits;
  readonly #group: GroupIndex;
  readonly #sequenced: Sequenced;
  readonly #result: Committed;
  readonly #first: JournalRecord | undefined;
  /** Bytes of the record; 0 where nothing asked it to write itself. */
  #recorded = 0;

  constructor(
    commits: DurableCommits,
    group: GroupIndex,
    sequenced: Sequenced,
    result: Committed,
    first: JournalRecord | undefined,
  ) {
    super();
    this.#commits = commits;
    this.#group = group;
    this.#sequenced = sequenced;
    this.#result = result;
    this.#first = first;
    const { item, value } = sequenced.change;
    this.bytes = group.keyPrefix.length + item.length + value.length;
  }

  get key(): string {
    return withItem(this.#group.keyPrefix, this.#sequenced.change.item);
  }

  get value(): string {
    return encodeItem(this.#sequenced);
  }

  get records(): readonly JournalRecord[] {
    return this.#first === undefined ? [this] : [this.#first, this];
  }

  writeTo(record: RecordWriter): void {
    this.#recorded = writeItem(record, this.#group.keyPrefix, this.#sequenced);
  }

  settle(error: StreamError | undefined): void {
    if (error === undefined) this.#commits.committed(this.#group, this.#sequenced, this.#recorded);
    else this.#commits.fell(this.#group, this.#sequenced, this);
  }

  answer(error: StreamError | undefined): void {
    if (error === undefined) this.resolve(this.#result);
    else this.reject(error);
  }
}

/** The way of changes through the queue, and what the index shows of them meanwhile (`GroupIndex.pending`). */
export class DurableCommits {
  readonly #queue: CommitQueue;
  readonly #owner: CommitOwner;
  readonly #maxKeyLength: number;

  constructor(queue: CommitQueue, owner: CommitOwner) {
    this.#queue = queue;
    this.#maxKeyLength = queue.maxKeyLength;
    this.#owner = owner;
  }

  /**
   * Queues a change that was just sequenced.
   * @param first a record that has to be there before any other of the group
   * @throws StreamError as `CommitQueue.push`, or `limit`: names too long for the backend; nothing has changed then
   */
  push(
    group: GroupIndex,
    sequenced: Sequenced,
    result: Committed,
    first: JournalRecord | undefined,
  ): Deferred<Committed> {
    const { change } = sequenced;
    const commit = new DurableCommit(this, group, sequenced, result, first);
    try {
      if (this.#maxKeyLength !== Number.POSITIVE_INFINITY) this.#checkKey(commit.key);
      this.#queue.push(commit);
    } catch (error) {
      this.#discardNew(group);
      throw error;
    }
    group.pendingSeq = change.seq;
    group.pendingTimestamp = change.timestamp;
    group.pending ??= new Map();
    group.pending.set(change.item, sequenced);
    return commit;
  }

  committed(group: GroupIndex, sequenced: Sequenced, bytes: number): void {
    const { item } = sequenced.change;
    if (group.pending?.get(item) === sequenced) {
      group.pending.delete(item);
      if (group.pending.size === 0) group.pending = undefined;
    }
    this.#owner.publish(group, sequenced, bytes);
  }

  /** Everything pending of the group falls with the batch: the committed state is what is left. */
  fell(group: GroupIndex, { change }: Sequenced, { key }: JournalRecord): void {
    group.pending = undefined;
    group.pendingSeq = group.seq;
    group.pendingTimestamp = Math.max(group.timestamp, group.pendingTimestamp);
    const node = group.node(change.item);
    this.#queue.repair(key, node && { key, value: encodeNode(node) });
    this.#discardNew(group);
  }

  #checkKey(key: string): void {
    if (key.length <= this.#maxKeyLength) return;
    const what = `stream, group and item make a key of ${key.length} characters`;
    throw new StreamError('limit', `${what}, and the store's backend takes ${this.#maxKeyLength}`);
  }

  /** A group that no commit ever reached leaves nothing behind but its clock. */
  #discardNew(group: GroupIndex): void {
    if (group.seq === 0 && group.pendingSeq === 0) this.#owner.discard(group);
  }
}
