import { WebSocket } from 'ws';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { ServerMessage } from '../../../generated/socket.js';
import {
  createStreamClient,
  type GroupHandle,
  type StreamClient,
  type Unsubscribe,
} from '../../client/index.js';
import { withOps } from '../../client/ops.js';

/** Milliseconds: longer than any test, so that a mirror comes back when it is told to. */
const NEVER = 1e9 - 1;

/**
 * Our client, following one group: a copy that is made of nothing but what was received. It comes back, resuming from its
 * cursor, when a test says so, and keeps what the client had to warn of.
 */
export class Mirror {
  messages = 0;
  resumes = 0;
  fullSyncs = 0;
  /** Updates that came as ops. */
  replayed = 0;
  /** Set when the client met something that cannot be. */
  fault: Error | undefined;
  url: string;
  readonly #client: StreamClient;
  readonly #group: GroupHandle;
  #socket: WebSocket | undefined;
  #state = '';
  #isAway = false;
  #end: Unsubscribe | undefined;
  #answered: () => void = () => {};

  /** @param ops takes updates as the ops that made them */
  constructor(url: string, stream: string, group: string, ops = false) {
    this.url = url;
    const opened = (socket: WebSocket): void => {
      this.#socket = socket;
    };
    const target = (path: string): string => this.url + new URL(path).search;
    const isAway = (): boolean => this.#isAway;
    this.#client = (ops ? withOps(createStreamClient) : createStreamClient)(url, {
      WebSocket: class extends WebSocket {
        constructor(path: string, protocols: string[]) {
          if (isAway()) throw new Error('cut');
          super(target(path), protocols);
          opened(this);
        }
      },
      backoff: { minMs: NEVER, maxMs: NEVER },
      leaveAfterMs: 0,
      parse: (text) => this.#count(JSON.parse(text) as ServerMessage),
      onWarning: (code, detail) => {
        this.fault = new Error(`${code}: ${detail}`);
      },
    });
    this.#group = this.#client.group(stream, group);
    this.#client.onStatus(({ state }) => {
      this.#state = state;
      // Nobody looks while it is away: no timer keeps the process.
      if (state !== 'waiting' || !this.#isAway) return;
      this.#end?.();
      this.#end = undefined;
    });
  }

  /** Connects, resuming where it stands; resolves when the answer has begun. */
  async connect(): Promise<void> {
    this.#isAway = false;
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    const isIdle = this.#state === 'idle';
    this.#end ??= this.#group.subscribe(() => {});
    if (!isIdle) this.#client.reconnect();
    await answered;
  }

  /** Cuts the connection without a close handshake. */
  cut(): void {
    this.#isAway = true;
    this.#socket?.terminate();
  }

  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Bytes that came on the newest socket, the handshake included. */
  get bytesRead(): number {
    return (this.#socket as unknown as { _socket: { bytesRead: number } })._socket.bytesRead;
  }

  get epoch(): string {
    return this.#group.getSnapshot().epoch;
  }

  get seq(): number {
    return this.#group.getSnapshot().seq;
  }

  /** The copy, in creation order. */
  get list(): unknown[] {
    return this.#group.getSnapshot().items.map(({ data }) => data);
  }

  get(id: string): unknown {
    return this.#group.get(id)?.data;
  }

  /** Resolves when the mirror stands at `seq` or beyond. */
  async reach(seq: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = this.#group.subscribe((view) => {
        if (view.status !== 'live' || (view.seq < seq && this.fault === undefined)) return;
        resolve();
        queueMicrotask(() => end());
      });
    });
    if (this.fault !== undefined) throw this.fault;
  }

  #count(message: ServerMessage): ServerMessage {
    if (message.type === undefined) this.replayed++;
    if (message.type === SOCKET_MESSAGE.subscribed && message.mode === 'changes') this.resumes++;
    if (message.type === SOCKET_MESSAGE.stream) {
      this.messages++;
      if (message.event.type === STREAM_EVENT.sync && !message.event.more) this.fullSyncs++;
    }
    this.#answered();
    return message;
  }
}
