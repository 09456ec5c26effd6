import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { CLOSE_CODE, type CloseCode } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { Frames } from '../delivery/port.js';
import type { Beating, Heartbeat } from '../net/heartbeat.js';
import { closeReason } from './close-reason.js';
import type { ConnectionInfo } from './connection-info.js';
import { type Corked, flushLater } from './flusher.js';
import type { Runtime } from './runtime.js';
import { Session, type SessionOutlet } from './session.js';
import type { Stallable, StallWatch } from './stall-watch.js';

/** Milliseconds that a client which did not read gets to read its close frame. */
const CLOSE_GRACE = 1_000;

let lastId = 0;

/** What the connections of a server have in common. */
export interface Connections {
  readonly runtime: Runtime;
  readonly stalls: StallWatch;
  readonly heartbeat: Heartbeat;
  /** The open ones; each puts itself in and takes itself out. */
  readonly open: Set<Connection>;
}

/**
 * One WebSocket: the outlet of its session. Frames that were built once for many go straight to the raw socket;
 * without compression the library's own frames are written synchronously and whole, so the two never mix.
 */
export class Connection implements SessionOutlet, Beating, Corked, Stallable {
  readonly id: string;
  readonly variant = 'ws';
  readonly address: string;
  readonly since = Date.now();
  readonly session: Session;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #runtime: Runtime;
  readonly #all: Connections;
  /** Bytes that had come at the last ping; -1 = none was sent, or the client could not reply. */
  #readAtPing = -1;
  /** Those that the system has not taken yet. */
  #pongs = 0;
  #ponged: (() => void) | undefined;
  /** Not written yet; mostly there is one. */
  #first: Frames | undefined;
  #more: Frames[] | undefined;
  #waiting = 0;
  #readPaused = false;
  #awaitsDrain = false;
  #owesDrained = false;

  constructor(
    ws: WebSocket,
    socket: Socket,
    address: string,
    all: Connections,
    context: JsonText | undefined,
  ) {
    this.id = `s${++lastId}`;
    this.address = address;
    this.#ws = ws;
    this.#socket = socket;
    this.#runtime = all.runtime;
    this.#all = all;
    this.session = new Session(this, all.runtime, context);
    all.open.add(this);
    all.heartbeat.add(this);
  }

  get queuedBytes(): number {
    return this.#waiting + this.#socket.writableLength;
  }

  get info(): ConnectionInfo {
    const { id, address, since, queuedBytes } = this;
    return {
      id,
      address,
      since,
      subscriptions: this.session.subscriptions,
      queuedBytes,
      paused: this.#owesDrained,
    };
  }

  write(frames: Frames): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.#waiting += frames.length;
    if (this.#first === undefined) {
      this.#first = frames;
      flushLater(this);
    } else if (this.#more === undefined) this.#more = [frames];
    else this.#more.push(frames);
  }

  /** Corking costs a socket more than the write itself, so a single piece goes out without. */
  flush(): void {
    const first = this.#first;
    const more = this.#more;
    if (first === undefined) return;
    this.#first = undefined;
    this.#more = undefined;
    this.#waiting = 0;
    // After our close frame, or after the client's, nothing may follow.
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    if (more === undefined) {
      this.#socket.write(first);
      return;
    }
    this.#socket.cork();
    this.#socket.write(first);
    for (const frames of more) this.#socket.write(frames);
    this.#socket.uncork();
  }

  paused(): void {
    // What waits has to be with the socket, or it would never say that it is drained.
    this.flush();
    this.#owesDrained = true;
    this.#watch();
  }

  close(code: CloseCode, reason: string): void {
    this.session.end();
    this.#resumeReads();
    this.flush();
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.close(code, closeReason(reason));
  }

  terminate(): void {
    this.#ws.terminate();
  }

  /** The client sent a message. */
  message(data: Buffer): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    const { max_frame_bytes: most } = this.#runtime.config.current.limits;
    // The library holds new connections to this bound; here it also holds those from before it was lowered.
    if (data.length > most) this.close(CLOSE_CODE.messageTooBig, `a message may have ${most} bytes`);
    else this.session.receive(data);
    this.#heed();
  }

  ping(data: Buffer): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    const { max_waiting_pings: most } = this.#runtime.config.current.limits;
    if (this.#pongs >= most && this.#socket.writableLength > 0) {
      this.#runtime.counters.slowConsumers += 1;
      const about = { ...this.#facts, max_waiting_pings: most };
      this.#runtime.logger.info(about, 'dropped a client that pings and does not read');
      this.terminate();
      return;
    }
    this.#pongs += 1;
    this.#ponged ??= () => {
      this.#pongs -= 1;
    };
    this.#ws.pong(data, false, this.#ponged);
    this.#heed();
  }

  pong(): void {
    this.#heed();
  }

  /** Something came from the client. One that makes us reply and does not read is not read from for a while. */
  #heed(): void {
    if (this.#readPaused || this.queuedBytes <= this.#runtime.config.current.limits.outbox_bytes) return;
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.flush();
    this.#readPaused = true;
    this.#ws.pause();
    this.#watch();
  }

  /** The client's frames broke the WebSocket protocol; the library closes the connection. */
  failed(error: Error): void {
    this.#runtime.counters.errors.count('protocol');
    this.#runtime.logger.warn({ ...this.#facts, reason: error.message }, 'refused a frame');
  }

  /** The connection is closed. */
  closed(): void {
    this.#all.open.delete(this);
    this.#all.heartbeat.delete(this);
    this.#all.stalls.delete(this);
    this.session.end();
  }

  beat(): void {
    // A full connection has a clock of its own; its pong may lie behind what it has to read first.
    if (this.#all.stalls.has(this) || this.#ws.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bytesRead !== this.#readAtPing) {
      this.#readAtPing = this.#socket.bytesRead;
      this.#ws.ping();
      return;
    }
    this.#runtime.counters.lost += 1;
    this.#runtime.logger.info(this.#facts, 'dropped a client that shows no life');
    this.terminate();
  }

  relieved(): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.#readAtPing = -1;
    this.#resumeReads();
    if (!this.#owesDrained) return;
    this.#owesDrained = false;
    this.#runtime.service.drained(this);
  }

  overdue(): number {
    if (this.#ws.readyState !== WebSocket.OPEN) {
      this.terminate();
      return 0;
    }
    const { slow_client_timeout_ms: ms } = this.#runtime.config.current.limits;
    this.#runtime.counters.slowConsumers += 1;
    this.#runtime.logger.info(this.#facts, 'closed a client that reads too slowly');
    this.close(CLOSE_CODE.slowConsumer, `the queue did not empty within ${ms} ms`);
    return CLOSE_GRACE;
  }

  /** What logs say of it. */
  get #facts() {
    return { socket: this.id, address: this.address };
  }

  #watch(): void {
    this.#all.stalls.add(this);
    if (this.#awaitsDrain || !this.#socket.writableNeedDrain) return;
    this.#awaitsDrain = true;
    this.#socket.once('drain', () => {
      this.#awaitsDrain = false;
      if (this.#all.stalls.delete(this)) this.relieved();
    });
  }

  #resumeReads(): void {
    if (!this.#readPaused) return;
    this.#readPaused = false;
    this.#ws.resume();
  }
}
