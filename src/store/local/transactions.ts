import type { JsonText } from '../../../generated/json-text.js';
import type { GroupAddress, TraceContext } from '../../domain/change.js';
import { rejection, type Standing } from '../../domain/condition.js';
import type { Eventual } from '../../domain/deferred.js';
import { settleTransaction, type Verdict } from '../../domain/transaction.js';
import type { GuardedWrite, Transacted } from '../port.js';
import { AfterPending } from './after-pending.js';
import { DurableTransaction, ItemRecord } from './durable-transaction.js';
import type { GroupIndex } from './group-index.js';
import type { Sequenced } from './node.js';
import { NOTHING, type Writer } from './writer.js';

/** What one write of a transaction does. */
interface Planned extends GuardedWrite {
  /** Undefined = it deletes the item. */
  readonly value: JsonText | undefined;
}

/** Transactions of the local store: decided, sequenced and staged in one turn, durable in one entry of the queue. */
export class Transactions {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** As `Store.transact`. */
  run(
    at: GroupAddress,
    writes: readonly GuardedWrite[],
    trace: TraceContext | undefined,
  ): Eventual<Transacted> {
    const { catalog, now, lead } = this.#writer.parts;
    const known = catalog.get(at);
    const startedAt = now();
    const standings = writes.map(({ item }) => known?.standing(item) ?? NOTHING);
    const verdicts = writes.map((write, index) => judge(write, standings[index]!, startedAt));
    if (verdicts.some(({ rejected }) => rejected)) return this.#unchanged(at, known, verdicts);
    const planned = writes.map((write, index) => planOne(write, standings[index]!));
    const effective = planned.filter((write) => write !== undefined);
    if (effective.length === 0) return this.#unchanged(at, known, verdicts);
    if (known !== undefined) lead.check(known.lastTimestamp, startedAt);
    const group = known ?? this.#writer.add(at);
    if (group.isEmptied) catalog.revive(group);
    const changes = sequenceAll(group, effective, startedAt, trace);
    let next = 0;
    const applied = verdicts.map((verdict, index) =>
      planned[index] === undefined ? verdict : { ...verdict, rev: changes[next++]!.rev },
    );
    return this.#commit(group, changes, applied);
  }

  #commit(
    group: GroupIndex,
    changes: readonly Sequenced[],
    verdicts: readonly Verdict[],
  ): Eventual<Transacted> {
    const { queue, epoch } = this.#writer.parts;
    const result = { ...settleTransaction(verdicts), epoch: group.epoch, seq: changes.at(-1)!.rev };
    if (group.isTransient) this.#writer.parts.reserve();
    if (queue === undefined || group.isTransient) {
      this.#writer.confirmAll(group, changes, []);
      return result;
    }
    const items = changes.map((sequenced) => new ItemRecord(group, sequenced));
    const first = group.isNew ? epoch.birthRecord(group, group.epoch) : undefined;
    const commit = new DurableTransaction(this.#writer, group, items, result, first);
    try {
      for (const { key } of items) this.#writer.checkKey(key);
      if (changes.some(({ extras }) => extras !== undefined)) this.#writer.prepare(queue);
      queue.push(commit);
    } catch (error) {
      this.#writer.forgetNew(group);
      throw error;
    }
    for (const sequenced of changes) group.stage(sequenced);
    return commit;
  }

  /** As for one write: what was decided against pending writes is said when they are durable, and fails with them. */
  #unchanged(
    at: GroupAddress,
    group: GroupIndex | undefined,
    verdicts: readonly Verdict[],
  ): Eventual<Transacted> {
    const { queue } = this.#writer.parts;
    const settled = settleTransaction(verdicts);
    const result = (): Transacted => ({
      ...settled,
      epoch: group?.epoch ?? this.#writer.epochOf(at.stream),
      seq: group?.seq ?? 0,
    });
    if (queue === undefined || group?.hasPending !== true) return result();
    const later = new AfterPending((error) => {
      if (error !== undefined) throw error;
      return result();
    });
    queue.follow(later);
    return later;
  }
}

function judge({ mutation }: GuardedWrite, standing: Standing, now: number): Verdict {
  const rejected = rejection(mutation.guard, standing, now);
  if (rejected !== undefined) return { ...rejected, rejected: true };
  const isNothing = mutation.kind === 'delete' && standing.value === undefined;
  return { outcome: isNothing ? 'not_found' : 'applied', rev: standing.rev, rejected: false };
}

/** Undefined when it changes nothing. */
function planOne(write: GuardedWrite, { value: old }: Standing): Planned | undefined {
  const { mutation } = write;
  if (mutation.kind === 'delete') return old === undefined ? undefined : { ...write, value: undefined };
  const value = mutation.kind === 'set' ? mutation.value : mutation.apply(old);
  return value === undefined ? undefined : { ...write, value };
}

function sequenceAll(
  group: GroupIndex,
  writes: readonly Planned[],
  now: number,
  trace: TraceContext | undefined,
): readonly Sequenced[] {
  return writes.map(({ item, value, mutation }, index) => {
    const sequenced = group.sequence(item, group.newest(item), value, now, trace, mutation, index);
    if (index === writes.length - 1) return sequenced;
    return { ...sequenced, change: { ...sequenced.change, more: true } };
  });
}
