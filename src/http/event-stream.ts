import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Frames, Outlet, Variant } from '../delivery/port.js';
import type { Beating } from '../net/heartbeat.js';
import { Refusal, refuseRequest } from '../net/refusal.js';
import type { ConnectionInfo } from '../socket/connection-info.js';
import type { Stallable } from '../socket/stall-watch.js';
import type { HttpRuntime } from './runtime.js';

/** Milliseconds until a reader comes back, at least. */
const RETRY_MS = 1_500;
/** The same after an end that it may share with all others. */
const SHARED_RETRY_MS = 2_500;
/** Milliseconds that a reader that did not read gets to read the end. */
const END_GRACE_MS = 1_000;

/** Until a reader comes back whose group is too long for it. */
const UNSYNCABLE_RETRY_MS = 60_000;
const COMMENT = ':\n\n';
const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Content-Type-Options': 'nosniff',
  // nginx would hold events back.
  'X-Accel-Buffering': 'no',
};

/**
 * Tells a reader a time of its own, up to twice `least` (D75): readers that a crash cuts off in one moment, and that
 * knock at every such time while nobody is there, come back over the whole of it.
 */
const retryText = (least: number): string => `retry: ${Math.round(least * (1 + Math.random()))}\n\n`;

/**
 * Replies to an event stream that can be tried again with one that ends at once: after any status but 200 a browser gives
 * up for good.
 */
export function sendRetry(response: ServerResponse, { code, message }: Refusal): void {
  response.writeHead(200, { ...HEADERS, Connection: 'close' });
  response.end(`: ${code}: ${message}\n${retryText(SHARED_RETRY_MS)}`);
}

const tooLarge = (): Refusal =>
  new Refusal(400, 'limit', 'the group passes limits.sync_bytes: ask with `page`');

let lastId = 0;

/**
 * One event stream: the outlet of one subscription. Frames that were built once for many go straight to the connection;
 * the body has no length and no chunks, it ends with the connection.
 */
export class EventStream implements Outlet, Beating, Stallable {
  readonly id = `e${++lastId}`;
  readonly variant: Variant = 'sse';
  readonly transport = 'sse';
  readonly address: string;
  readonly since = Date.now();
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #runtime: HttpRuntime;
  readonly #open: Set<EventStream>;
  /** What came before the head may be written; undefined once it is. */
  #early: Frames[] | undefined = [];
  #earlyBytes = 0;
  #owesDrained = false;
  #awaitsDrain = false;

  /** @throws Refusal `pipelined` when the connection still belongs to another reply */
  constructor(response: ServerResponse, address: string, runtime: HttpRuntime, open: Set<EventStream>) {
    if (response.socket === null) {
      throw new Refusal(400, 'pipelined', 'an event stream cannot wait behind another reply');
    }
    this.address = address;
    this.#response = response;
    this.#socket = response.socket;
    this.#runtime = runtime;
    this.#open = open;
    open.add(this);
    response.once('close', () => this.#closed());
  }

  get queuedBytes(): number {
    return this.#earlyBytes + this.#socket.writableLength;
  }

  /** More waits than a reader may hold up. */
  get isFull(): boolean {
    return this.queuedBytes > this.#runtime.config.current.limits.outbox_bytes;
  }

  get info(): ConnectionInfo {
    const { id, address, since, queuedBytes } = this;
    const subscriptions = this.#runtime.service.count(this);
    return { id, address, since, subscriptions, queuedBytes, paused: this.#owesDrained };
  }

  /** The subscription was let in: what it wrote so far and everything after it goes out. */
  begin(): void {
    const early = this.#early;
    if (early === undefined || this.#response.destroyed || this.#response.headersSent) return;
    // Without a length and without chunks, which readers of HTTP/1.0 do not know, the body lasts until the end.
    this.#response.removeHeader('Transfer-Encoding');
    this.#response.writeHead(200, { ...HEADERS, Connection: 'close' });
    this.#response.flushHeaders();
    this.#early = undefined;
    this.#earlyBytes = 0;
    this.#socket.setNoDelay(true);
    this.#socket.write(Buffer.concat([Buffer.from(retryText(RETRY_MS)), ...early]));
    this.#runtime.heartbeat.add(this);
    if (this.#owesDrained) this.#watch();
  }

  write(frames: Frames): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    if (this.#early === undefined) this.#socket.write(frames);
    else {
      this.#early.push(frames);
      this.#earlyBytes += frames.length;
    }
  }

  paused(): void {
    this.#owesDrained = true;
    if (this.#early === undefined) this.#watch();
  }

  beat(): void {
    if (this.queuedBytes === 0 && !this.#response.writableEnded) this.#socket.write(COMMENT);
  }

  relieved(): void {
    if (!this.#owesDrained || this.#response.writableEnded) return;
    this.#owesDrained = false;
    this.#runtime.service.drained(this);
  }

  overdue(): number {
    if (this.#response.writableEnded) {
      this.#response.destroy();
      return 0;
    }
    this.#runtime.counters.slowConsumers += 1;
    const { id, address } = this;
    this.#runtime.logger.info({ socket: id, address }, 'ended an event stream that is read too slowly');
    this.end();
    return END_GRACE_MS;
  }

  /** Nothing will come any more. Trying again soon would end the same way. */
  unsyncable(): void {
    if (this.#early === undefined) this.end(`retry: ${UNSYNCABLE_RETRY_MS}\n\n`);
    else refuseRequest(this.#response.req, this.#response, tooLarge());
  }

  /** Ends the stream after what is queued; the reader may come back with its cursor. */
  end(retry = retryText(SHARED_RETRY_MS)): void {
    this.ended();
    this.#runtime.service.disconnect(this);
    if (this.#response.writableEnded) return;
    if (this.#early === undefined) {
      this.#socket.write(retry);
      this.#response.end();
      if (this.queuedBytes > 0) this.#runtime.stalls.add(this);
    } else sendRetry(this.#response, new Refusal(503, 'going_away', 'the server shuts down'));
  }

  /** It has ended, or is about to. May be called more than once. */
  protected ended(): void {}

  /** Logs why it cannot go on. */
  protected failed(error: unknown): void {
    this.#runtime.logger.info({ socket: this.id, err: error }, 'ended an event stream that cannot go on');
  }

  #closed(): void {
    this.ended();
    this.#open.delete(this);
    this.#runtime.heartbeat.delete(this);
    this.#runtime.stalls.delete(this);
    this.#runtime.service.disconnect(this);
  }

  #watch(): void {
    this.#runtime.stalls.add(this);
    if (this.#awaitsDrain || !this.#socket.writableNeedDrain) return;
    this.#awaitsDrain = true;
    this.#socket.once('drain', () => {
      this.#awaitsDrain = false;
      if (this.#runtime.stalls.delete(this)) this.relieved();
    });
  }
}
