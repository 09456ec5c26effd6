import { randomUUID } from 'node:crypto';
import { CAPABILITY } from '../../generated/capabilities.js';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import type {
  ClientMessage,
  JoinData,
  OpsMessage,
  ServerMessage,
  StreamMessage,
} from '../../generated/socket.js';
import { validateClientMessage } from '../../generated/validators.js';
import { checkSent, readSocketFrame } from './check.js';
import { TargetFault } from './faults.js';
import { Inbox } from './inbox.js';
import { Link } from './link.js';
import type { Waits } from './waits.js';
import type { Wiring } from './wiring.js';

/** Paths of the stream socket that name a subscription. */
const PATH_PREFIX = '/stream/';

/** What a client is told: updates may come as ops, without a type, where it asked for them. */
export type Told = ServerMessage | OpsMessage;

/** A stream message in short: `[event type, item id, data]`. */
export type Brief = readonly [type: string, id: string | null, data?: unknown];

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface OpenOptions {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of the stream socket that takes every message in its order; each is checked against the spec. */
export class StreamClient {
  readonly #closed: Promise<Closed>;
  readonly #waits: Waits;
  readonly #requires: Wiring['requires'];
  readonly #inbox: Inbox<Told>;
  readonly #link: Link;

  private constructor(link: Link, inbox: Inbox<Told>, closed: Promise<Closed>, wiring: Wiring) {
    this.#link = link;
    this.#inbox = inbox;
    this.#closed = closed;
    this.#waits = wiring.waits;
    this.#requires = wiring.requires;
  }

  /** @throws TargetFault, Refused */
  static async open(wiring: Wiring, url: string, who: string, options: OpenOptions): Promise<StreamClient> {
    if (new URL(url).pathname.startsWith(PATH_PREFIX)) wiring.requires('paths');
    const inbox = new Inbox<Told>(wiring.waits);
    let ended = (_end: Closed): void => {};
    const closed = new Promise<Closed>((resolve) => {
      ended = resolve;
    });
    const link = await Link.open({
      url,
      who,
      wiring,
      ...options,
      onText: (text) => {
        try {
          const message = readSocketFrame(text);
          if ('streamName' in message && wiring.isForeign(message.streamName))
            wiring.trace.add(who, '(that was for another case)');
          else inbox.push(message);
        } catch (error) {
          wiring.fault(error as Error);
        }
      },
      onClose: (code, reason) => {
        if (!wiring.isOver())
          inbox.fail(new TargetFault(`the stream socket closed with ${code} ${reason}`.trim()));
        ended({ code, reason });
      },
    });
    return new StreamClient(link, inbox, closed, wiring);
  }

  /** Resolves when the connection ends. */
  get closed(): Promise<Closed> {
    return this.#waits.for('the end of the stream socket', this.#closed);
  }

  /** The subprotocol that the server chose; empty = none. */
  get protocol(): string {
    return this.#link.socket.protocol;
  }

  /** Sends a join and does not wait; returns the subscription's id. */
  join(data: Omit<JoinData, 'subscriptionId'> & { subscriptionId?: string }): string {
    const subscriptionId = data.subscriptionId ?? randomUUID();
    this.send({ type: SOCKET_MESSAGE.join, data: { ...data, subscriptionId } });
    return subscriptionId;
  }

  leave(subscriptionId: string, at: { streamName: string; groupId: string; id?: string }): void {
    this.send({ type: SOCKET_MESSAGE.leave, data: { ...at, subscriptionId } });
  }

  send(message: ClientMessage): void {
    if (message.type === SOCKET_MESSAGE.ping) this.#requires(CAPABILITY.ping);
    if (message.type === SOCKET_MESSAGE.join && message.data.items) this.#requires(CAPABILITY.itemRevisions);
    this.#link.send(checkSent(message, validateClientMessage));
  }

  sendBinary(message: ClientMessage): void {
    this.#link.send(checkSent(message, validateClientMessage), true);
  }

  /** Sends what no well-behaved client would. */
  sendText(text: string): void {
    this.#link.send(text);
  }

  /** Sends bytes as a text frame, whatever they are. */
  sendBytesAsText(bytes: Buffer): void {
    this.#link.socket.send(bytes, { binary: false });
  }

  /** A WebSocket ping; resolves with its pong. */
  async ping(): Promise<void> {
    const pong = new Promise((resolve) => this.#link.socket.once('pong', resolve));
    this.#link.socket.ping();
    await this.#waits.for('a pong', pong);
  }

  /** The next message, whatever it is. */
  nextTold(what = 'a message of the stream socket'): Promise<Told> {
    return this.#inbox.next(what);
  }

  /** The next message, whatever its type. */
  async next(what?: string): Promise<ServerMessage> {
    const message = await this.nextTold(what);
    if ('type' in message) return message;
    throw new TargetFault(`expected a message with a type, got ops: ${JSON.stringify(message)}`);
  }

  /** The next message, which must be of type `stream`. */
  async nextStream(what?: string): Promise<StreamMessage> {
    const message = await this.next(what);
    if (message.type === SOCKET_MESSAGE.stream) return message;
    throw new TargetFault(`expected a ${SOCKET_MESSAGE.stream} message, got ${JSON.stringify(message)}`);
  }

  async takeStream(count: number): Promise<StreamMessage[]> {
    const taken: StreamMessage[] = [];
    while (taken.length < count) taken.push(await this.nextStream(`message ${taken.length + 1} of ${count}`));
    return taken;
  }

  /** The next messages in short. */
  async take(count: number): Promise<Brief[]> {
    return (await this.takeStream(count)).map(brief);
  }

  /** Reads until a message that `match` accepts; returns it last. */
  async until(what: string, match: (message: ServerMessage) => boolean): Promise<ServerMessage[]> {
    const passed: ServerMessage[] = [];
    for (;;) {
      const message = await this.next(what);
      passed.push(message);
      if (match(message)) return passed;
    }
  }

  /** Stops reading from the network, as a stalled client does. */
  pause(): void {
    this.#link.socket.pause();
  }

  resume(): void {
    this.#link.socket.resume();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  terminate(): void {
    this.#link.terminate();
  }
}

export function brief({ event, id }: StreamMessage): Brief {
  if (event.type === STREAM_EVENT.event) return [event.type, id, event.event];
  if (event.type === STREAM_EVENT.unauthorized) return [event.type, id];
  return [event.type, id, event.data];
}
