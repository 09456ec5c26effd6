import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Message {
  readonly type: string;
  readonly id: string | null;
  readonly timestamp: number;
  readonly seq: number;
  readonly epoch: string;
  readonly mode?: string;
  readonly created?: number;
  readonly event: { readonly type: string; readonly data: unknown };
}

/**
 * A client of its own, so that it shares no mistake with ours: a copy of one group, made of nothing but what it received, and resumes from its cursor when it
 * is cut off. It checks on the way that no seq goes back within an epoch, and that timestamps strictly rise.
 */
export class StrictCopy {
  /** By id; `created` is the seq that created it, 0 for what a sync brought (in its order). */
  readonly #items = new Map<string, { readonly data: unknown; readonly created: number }>();
  epoch = '';
  seq = -1;
  timestamp = 0;
  messages = 0;
  resumes = 0;
  fullSyncs = 0;
  /** Set when a rule was broken. */
  fault: Error | undefined;
  url: string;
  readonly #stream: string;
  readonly group: string;
  #socket: WebSocket | undefined;
  #wake: (() => void)[] = [];

  constructor(url: string, stream: string, group: string) {
    this.url = url;
    this.#stream = stream;
    this.group = group;
  }

  /** Connects, resuming where it stands; resolves when the answer has begun. */
  async connect(): Promise<void> {
    const since = this.epoch === '' ? '' : `&since=${encodeURIComponent(this.epoch)}:${this.seq}`;
    const path = `/stream/${encodeURIComponent(this.#stream)}/${encodeURIComponent(this.group)}?items=1${since}`;
    const socket = new WebSocket(this.url + path);
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data) => {
      if (this.#socket === socket) this.#take(JSON.parse(String(data)) as Message);
    });
    await once(socket, 'message');
  }

  /** Cuts the connection without a goodbye. */
  cut(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.terminate();
  }

  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** The copy, in creation order. */
  get list(): unknown[] {
    return [...this.#items.values()].sort((a, b) => a.created - b.created).map(({ data }) => data);
  }

  get(id: string): unknown {
    return this.#items.get(id)?.data;
  }

  /** Resolves when the copy stands at `seq` or beyond. */
  async reach(seq: number): Promise<void> {
    while (this.seq < seq && this.fault === undefined) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    if (this.fault !== undefined) throw this.fault;
  }

  #take(message: Message): void {
    try {
      this.#apply(message);
    } catch (error) {
      this.fault ??= error as Error;
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  #apply(message: Message): void {
    if (message.type === 'subscribed') {
      this.resumes++;
      if (message.mode === 'changes' && message.seq > this.seq) return;
      return;
    }
    assert.equal(message.type, 'stream');
    this.messages++;
    const { event, seq, epoch, id, created, timestamp } = message;
    // A sync that repeats what the copy holds may repeat its timestamp.
    const isRepeat = event.type === 'sync' && epoch === this.epoch && seq === this.seq;
    assert.ok(
      timestamp > this.timestamp || (isRepeat && timestamp === this.timestamp),
      `${event.type} at ${epoch}:${seq} with timestamp ${timestamp} after ${this.timestamp} at ${this.epoch}:${this.seq}`,
    );
    this.timestamp = timestamp;
    if (event.type === 'event') return;
    if (event.type === 'sync') {
      assert.ok(epoch !== this.epoch || seq >= this.seq, `sync at ${seq} after ${this.seq}`);
      this.fullSyncs++;
      this.#items.clear();
      for (const { id: own, data } of event.data as { id: string; data: unknown }[]) {
        this.#items.set(own, { data, created: 0 });
      }
    } else {
      assert.equal(epoch, this.epoch);
      assert.ok(seq > this.seq, `seq ${seq} after ${this.seq}`);
      const item = id as string;
      const known = this.#items.get(item);
      if (event.type === 'update') assert.ok(known !== undefined, `an update of ${item}, which is not there`);
      // An update keeps its place in the map, which is the order of a sync's items.
      if (event.type !== 'update') this.#items.delete(item);
      if (event.type === 'update') this.#items.set(item, { data: event.data, created: known?.created ?? 0 });
      if (event.type === 'create') this.#items.set(item, { data: event.data, created: created ?? seq });
    }
    this.epoch = epoch;
    this.seq = seq;
  }
}
