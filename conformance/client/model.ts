import { SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import type { JoinData, OpsMessage, SinceCursor, StreamEvent } from '../../generated/socket.js';

interface Stored {
  readonly rev: number;
  readonly created: number;
}

/** What ops call the group. */
export const NUMBER = 7;

/** What every item's data looks like: clients that find an item by `data.id` find it too. */
export const dataOf = (id: string, rev: number): unknown => ({ id, n: rev });

/** One group as a server keeps it, and what it has to say about it; each item's data names its rev. */
export class Model {
  epoch = 'first';
  seq = 0;
  /** True: a server that knows no additive field, as the original engine. */
  isPlain = false;
  readonly #at: { streamName: string; groupId: string };
  #items = new Map<string, Stored>();
  #deleted = new Map<string, number>();
  #timestamp = 1_764_000_000_000;

  constructor(at: { streamName: string; groupId: string }) {
    this.#at = at;
  }

  /** What a client has to show: `id@rev …` in creation order. */
  get shown(): string {
    return [...this.#items].map(([id, { rev }]) => `${id}@${rev}`).join(' ');
  }

  /** Another history with other items: the data was lost. */
  reset(epoch: string): void {
    this.epoch = epoch;
    this.seq = 0;
    this.#items = new Map();
    this.#deleted = new Map();
  }

  /** Changes an item, and returns the message that says so. */
  set(id: string): object {
    this.seq++;
    const known = this.#items.get(id);
    this.#items.set(id, { rev: this.seq, created: known?.created ?? this.seq });
    return this.change(known ? STREAM_EVENT.update : STREAM_EVENT.create, id, this.seq);
  }

  delete(id: string): object {
    this.seq++;
    const { rev = 0 } = this.#items.get(id) ?? {};
    this.#items.delete(id);
    this.#deleted.set(id, this.seq);
    return this.message(id, { type: STREAM_EVENT.delete, data: dataOf(id, rev) }, this.seq);
  }

  event(type: string, data: unknown, id: string | null = null): object {
    return this.message(id, { type: STREAM_EVENT.event, event: { type, data } });
  }

  /** Changes an item that is there, and returns the message of ops that says so. */
  patch(id: string, n = NUMBER): OpsMessage {
    const from = this.#items.get(id)?.rev ?? 0;
    this.set(id);
    return { n, id, seq: this.seq, from, ops: [{ type: 'increment', path: 'n', by: this.seq - from }] };
  }

  change(type: 'create' | 'update', id: string, seq: number, more: object = {}): object {
    return { ...this.message(id, { type, data: dataOf(id, seq) }, seq), ...more };
  }

  message(id: string | null, event: StreamEvent, seq?: number): object {
    this.#timestamp += 1;
    const cursor = seq === undefined || this.isPlain ? {} : { seq, epoch: this.epoch };
    return { type: SOCKET_MESSAGE.stream, timestamp: this.#timestamp, ...this.#at, id, event, ...cursor };
  }

  /** The acknowledgement of a join, for a client that asked for one. */
  acknowledge(join: JoinData, mode: 'changes' | 'sync', reason?: 'epoch' | 'horizon'): object[] {
    if (this.isPlain || !(join.ack || join.ops || join.since)) return [];
    const { subscriptionId, id } = join;
    const cursor = { epoch: this.epoch, seq: this.seq, ping: true };
    const number = join.ops ? { n: NUMBER } : {};
    const item = id == null ? {} : { id };
    const why = reason ? { reason } : {};
    const about = { subscriptionId, ...this.#at, ...item, mode, ...why, ...cursor, ...number };
    return [{ type: SOCKET_MESSAGE.subscribed, ...about }];
  }

  /** The whole state, in the form that the join asked for. */
  sync(join: JoinData): object {
    const form = (id: string, { rev }: Stored): unknown =>
      join.items && !this.isPlain ? { id, rev, data: dataOf(id, rev) } : dataOf(id, rev);
    if (join.id == null) {
      const data = [...this.#items].map(([id, stored]) => form(id, stored));
      return this.message(null, { type: STREAM_EVENT.sync, data }, this.seq);
    }
    const stored = this.#items.get(join.id);
    const data = stored === undefined ? null : form(join.id, stored);
    return this.message(join.id, { type: STREAM_EVENT.sync, data }, this.seq);
  }

  /** Everything that a join is answered with. */
  answer(join: JoinData): object[] {
    const { since } = join;
    if (since && since.epoch === this.epoch && !this.isPlain) {
      return [...this.acknowledge(join, 'changes'), ...this.changesSince(since, join.id ?? undefined)];
    }
    return [...this.acknowledge(join, 'sync', since ? 'epoch' : undefined), this.sync(join)];
  }

  /** What changed after a cursor, each item once, in the order of its last change. */
  changesSince({ seq: since }: SinceCursor, only?: string): object[] {
    const messages: [number, object][] = [];
    for (const [id, rev] of this.#deleted) {
      // A removed value is not kept.
      if (rev > since)
        messages.push([rev, this.message(id, { type: STREAM_EVENT.delete, data: { id } }, rev)]);
    }
    for (const [id, { rev, created }] of this.#items) {
      if (rev <= since) continue;
      const place = created < rev ? { created } : {};
      const message =
        created > since ? this.change('create', id, rev, place) : this.change('update', id, rev);
      messages.push([rev, message]);
    }
    return messages
      .filter(([, message]) => only === undefined || (message as { id: string }).id === only)
      .sort(([a], [b]) => a - b)
      .map(([, message]) => message);
  }
}
