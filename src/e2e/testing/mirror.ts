import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Message {
  readonly type: string;
  readonly id: string | null;
  readonly seq: number;
  readonly epoch: string;
  readonly mode?: string;
  readonly event: { readonly type: string; readonly data: unknown };
}

/**
 * A client that keeps a copy of one group, made of nothing but what it received, and resumes from its cursor when it
 * is cut off. It checks on the way that no seq goes back within an epoch.
 */
export class Mirror {
  readonly items = new Map<string, unknown>();
  epoch = '';
  seq = -1;
  messages = 0;
  resumes = 0;
  fullSyncs = 0;
  /** Set when a rule was broken. */
  fault: Error | undefined;
  url: string;
  readonly #stream: string;
  readonly #group: string;
  #socket: WebSocket | undefined;
  #wake: (() => void)[] = [];

  constructor(url: string, stream: string, group: string) {
    this.url = url;
    this.#stream = stream;
    this.#group = group;
  }

  /** Connects, resuming where it stands; resolves when the answer has begun. */
  async connect(): Promise<void> {
    const since = this.epoch === '' ? '' : `&since=${encodeURIComponent(this.epoch)}:${this.seq}`;
    const path = `/stream/${encodeURIComponent(this.#stream)}/${encodeURIComponent(this.#group)}?items=1${since}`;
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

  /** Resolves when the mirror stands at `seq` or beyond. */
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
    const { event, seq, epoch, id } = message;
    if (event.type === 'sync') {
      assert.ok(epoch !== this.epoch || seq >= this.seq, `sync at ${seq} after ${this.seq}`);
      this.fullSyncs++;
      this.items.clear();
      for (const item of event.data as { id: string; data: unknown }[]) this.items.set(item.id, item.data);
    } else {
      assert.equal(epoch, this.epoch);
      assert.ok(seq > this.seq, `seq ${seq} after ${this.seq}`);
      if (event.type === 'delete') this.items.delete(id as string);
      else {
        if (event.type === 'create') this.items.delete(id as string);
        this.items.set(id as string, event.data);
      }
    }
    this.epoch = epoch;
    this.seq = seq;
  }
}
