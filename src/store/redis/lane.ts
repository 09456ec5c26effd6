import type { JsonText } from '../../../generated/json-text.js';
import type { Change, GroupAddress } from '../../domain/change.js';
import type { Outcome, Receipt } from '../../domain/condition.js';
import { StreamError } from '../../domain/errors.js';
import type { Operation } from './operation.js';
import { type BatchPlan, type PlanItem, type PlanStep, plan } from './plan.js';

const MAX_BATCH = 512;
const MAX_BATCH_BYTES = 1024 * 1024;

/** What the commit script returns. */
export interface CommitReply {
  readonly epoch: string;
  /** Two for each item: 1 and the old value (only where it was not known), or 0 and the value that stood in the way. */
  readonly items: readonly (number | JsonText | null)[];
  /** Three for each step: kind, seq (the item's rev where nothing changed), timestamp. */
  readonly steps: readonly number[];
  /** Where the group stands after it. */
  readonly seq: number;
}

export interface LaneContext {
  readonly retryMs: number;
  commit(at: GroupAddress, plan: BatchPlan): Promise<CommitReply>;
  committed(change: Change): void;
  /** `operations` have their replies. */
  release(operations: readonly Operation[]): void;
  /** The lane has nothing left to do. */
  idle(lane: Lane): void;
}

const KINDS = [undefined, 'create', 'update', 'delete'] as const;
const MESSAGE = 4;
/** Kinds from here on: why a guarded write changed nothing. */
const REJECTED = 5;
const OUTCOMES: readonly Outcome[] = ['conflict', 'not_found', 'duplicate'];

/**
 * What this node asks of one group, one script call at a time: everything asked while a call is out goes with the
 * next. So operations take effect in the order asked, and writers of one item share a compare-and-set.
 */
export class Lane {
  readonly member: string;
  readonly at: GroupAddress;
  readonly #context: LaneContext;
  #queue: Operation[] = [];
  #asked = 0;
  #replied = 0;
  readonly #waiters: { readonly until: number; readonly resolve: () => void }[] = [];
  /** Values that the last calls left behind; a lane lives only as long as it is busy, so this stays small. */
  #known = new Map<string, JsonText | undefined>();

  constructor(member: string, at: GroupAddress, context: LaneContext) {
    this.member = member;
    this.at = at;
    this.#context = context;
    // At the end of the tick, so that what is asked in one go is sent in one go.
    setImmediate(() => void this.#run());
  }

  push(operation: Operation): void {
    this.#asked += 1;
    this.#queue.push(operation);
  }

  /** Resolves when everything asked until now has its reply. */
  settled(): Promise<void> {
    if (this.#replied === this.#asked) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ until: this.#asked, resolve }));
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#take();
      await this.#execute(batch);
      this.#replied += batch.length;
      this.#context.release(batch);
      while (this.#waiters.length > 0 && this.#waiters[0]!.until <= this.#replied)
        this.#waiters.shift()!.resolve();
      // Callers that just got their reply ask again: let them into the next batch.
      if (this.#queue.length === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#context.idle(this);
  }

  #take(): Operation[] {
    let count = 0;
    let bytes = 0;
    for (const operation of this.#queue) {
      if (operation.parts !== undefined) {
        // All or none is said of a whole call.
        if (count === 0) count = 1;
        break;
      }
      bytes += operation.bytes;
      if (count > 0 && (count === MAX_BATCH || bytes > MAX_BATCH_BYTES)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #execute(batch: readonly Operation[]): Promise<void> {
    const deadline = performance.now() + this.#context.retryMs;
    const parts = batch[0]?.parts;
    let left = parts ?? batch;
    while (left.length > 0) {
      const planned = plan(left, this.#known, parts !== undefined);
      let reply: CommitReply;
      try {
        reply = await this.#context.commit(this.at, planned);
      } catch (error) {
        this.#known.clear();
        for (const operation of left) operation.failed(error);
        return;
      }
      left = this.#settle(planned, reply);
      if (left.length > 0 && performance.now() > deadline) {
        const error = new StreamError('overloaded', 'too many writers change this item at once');
        for (const operation of left) operation.failed(error);
        return;
      }
    }
  }

  /** Replies to what took effect; returns what has to be planned again. */
  #settle({ items, steps, isAtomic }: BatchPlan, reply: CommitReply): Operation[] {
    const agreed: boolean[] = [];
    const values = items.map((item, index) => {
      agreed.push(reply.items[2 * index] === 1);
      const told = (reply.items[2 * index + 1] ?? undefined) as JsonText | undefined;
      return agreed[index] && item.mode !== '*' ? item.base : told;
    });
    const again: Operation[] = [];
    const isStopped = isAtomic && agreed.includes(false);
    for (const [index, step] of steps.entries()) {
      const slot = step.item.number - 1;
      if (isStopped || !agreed[slot] || step.isDeferred) again.push(step.operation);
      else if (step.thrown !== undefined && reply.steps[3 * index]! < REJECTED)
        step.operation.failed(step.thrown);
      else values[slot] = this.#reply(step, step.item, values[slot], reply, index);
    }
    this.#known = new Map();
    for (const [index, { name, mode }] of items.entries())
      if (name !== undefined && mode !== '.') this.#known.set(name, values[index]);
    return again;
  }

  /** Replies to one step; returns the item's value after it. */
  #reply(
    { operation, code, value }: PlanStep,
    item: PlanItem,
    old: JsonText | undefined,
    reply: CommitReply,
    index: number,
  ): JsonText | undefined {
    const kindCode = reply.steps[3 * index]!;
    const timestamp = reply.steps[3 * index + 2]!;
    const kind = KINDS[kindCode];
    if (kind === undefined || item.name === undefined) {
      const at = kindCode === MESSAGE ? timestamp : 0;
      operation.done({ change: undefined, old, ...receiptOf(operation, reply, index) }, at, reply.seq);
      return old;
    }
    const isWrite = code === 's' || code === 'u';
    const reason = operation.action.kind === 'message' ? undefined : operation.action.reason;
    const plain: Change = {
      stream: this.at.stream,
      group: this.at.group,
      item: item.name,
      kind,
      seq: reply.steps[3 * index + 1]!,
      epoch: reply.epoch,
      timestamp,
      value: isWrite ? (value as JsonText) : old!,
      old,
      trace: operation.trace,
    };
    const change = reason === undefined ? plain : { ...plain, reason };
    this.#context.committed(change);
    operation.done({ change, old, ...receiptOf(operation, reply, index) }, timestamp, reply.seq);
    return isWrite ? (value as JsonText) : undefined;
  }
}

const NO_RECEIPT: { readonly receipt?: Receipt } = {};

function receiptOf({ action }: Operation, { epoch, steps }: CommitReply, index: number): typeof NO_RECEIPT {
  if (action.kind === 'message' || action.guard === undefined) return NO_RECEIPT;
  const outcome = OUTCOMES[steps[3 * index]! - REJECTED] ?? 'applied';
  return { receipt: { outcome, rev: steps[3 * index + 1]!, epoch } };
}
