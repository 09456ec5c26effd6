import assert from 'node:assert/strict';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { OpsMessage, StreamMessage, SyncItem } from '../../../generated/socket.js';
import type { Told } from '../../wire/stream-client.js';

interface Held {
  readonly rev: number;
  readonly data: unknown;
}

/** The ops that the cases use, at a field of the value. */
interface Op {
  readonly type: string;
  readonly path: string;
  readonly value?: unknown;
  readonly by?: number;
}

/** What a client makes of its messages: it replays ops, and checks that each goes on from what it holds. */
export class Replica {
  readonly #items = new Map<string, Held>();
  readonly #n: number;
  #seq = -1;
  /** Updates that came as ops. */
  replayed = 0;

  /** @param n what `subscribed` called the group */
  constructor(n: number) {
    this.#n = n;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Item id → value. */
  get values(): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...this.#items].map(([id, { data }]) => [id, data]));
  }

  take(message: Told): void {
    if (!('type' in message)) this.#replay(message);
    else if (message.type === SOCKET_MESSAGE.stream && message.seq !== undefined)
      this.#change(message, message.seq);
  }

  #change({ id, event }: StreamMessage, seq: number): void {
    if (event.type === STREAM_EVENT.sync) {
      this.#items.clear();
      const items = id === null ? (event.data as SyncItem[]) : event.data === null ? [] : [event.data];
      for (const item of items as SyncItem[]) this.#items.set(item.id, item);
      this.#seq = seq;
      return;
    }
    this.#moveTo(seq);
    const item = id as string;
    if (event.type === STREAM_EVENT.delete) this.#items.delete(item);
    else this.#items.set(item, { rev: seq, data: (event as { data: unknown }).data });
  }

  #replay({ n, id, seq, from, ops }: OpsMessage): void {
    assert.equal(n, this.#n, 'ops carry the number that `subscribed` told');
    this.#moveTo(seq);
    const held = this.#items.get(id);
    assert.equal(from, held?.rev, `ops of ${id} go on from the rev that the reader holds`);
    const data = (ops as readonly Op[]).reduce(applied, held!.data);
    this.#items.set(id, { rev: seq, data });
    this.replayed += 1;
  }

  #moveTo(seq: number): void {
    assert(seq > this.#seq, `seq ${seq} came after ${this.#seq}`);
    this.#seq = seq;
  }
}

/** What one op makes of a value. It never fails: failed ops are not told. */
function applied(value: unknown, op: Op): unknown {
  assert(typeof value === 'object' && value !== null, 'the cases update objects');
  const { [op.path]: target, ...rest } = value as Record<string, unknown>;
  if (op.type === 'remove') return rest;
  return { ...value, [op.path]: result(target, op) };
}

function result(target: unknown, { type, value, by = 0 }: Op): unknown {
  if (type === 'set') return value;
  if (type === 'append') {
    if (Array.isArray(target)) return [...target, value];
    if (target === undefined && typeof value !== 'string') return [value];
    const text = target ?? '';
    assert(typeof text === 'string' && typeof value === 'string', 'an append that fails is not told');
    return text + value;
  }
  assert(typeof (target ?? 0) === 'number', `an ${type} that fails is not told`);
  return ((target as number | undefined) ?? 0) + (type === 'increment' ? by : -by);
}
