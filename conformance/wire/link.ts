import { WebSocket } from 'ws';
import { TargetFault } from './faults.js';
import { UPGRADE } from './waits.js';
import type { Wiring } from './wiring.js';

export interface LinkOptions {
  readonly url: string;
  /** Names the connection in traces. */
  readonly who: string;
  readonly wiring: Wiring;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Called before anything can arrive. */
  readonly onText: (text: string) => void;
  readonly onClose: (code: number, reason: string) => void;
}

/** Why an upgrade was answered with plain HTTP. */
export class Refused extends TargetFault {
  override readonly name = 'Refused';
  readonly status: number;
  constructor(status: number, path: string) {
    super(`the upgrade of ${path} was refused with HTTP ${status}`, needOf(path));
    this.status = status;
  }
}

/** One traced WebSocket. */
export class Link {
  readonly socket: WebSocket;
  readonly #options: LinkOptions;

  private constructor(options: LinkOptions) {
    this.#options = options;
    const { url, who, wiring, onText, onClose } = options;
    const { trace, connect } = wiring;
    this.socket = new WebSocket(url, [...(options.protocols ?? [])], {
      headers: { ...connect.headers, ...options.headers },
      perMessageDeflate: false,
      maxPayload: 0,
      handshakeTimeout: connect.timeoutMs,
    });
    wiring.track(this);
    this.socket.on('message', (data) => {
      const text = data.toString();
      trace.add(who, '←', text);
      onText(text);
    });
    this.socket.on('pong', () => trace.add(who, '← (pong)'));
    this.socket.on('close', (code, reason) => {
      trace.add(who, `closed ${code}`, reason.toString());
      onClose(code, reason.toString());
    });
  }

  /** @throws Refused, TargetFault */
  static async open(options: LinkOptions): Promise<Link> {
    const { url, who, wiring } = options;
    const link = new Link(options);
    const path = pathOf(url);
    const opened = new Promise<void>((resolve, reject) => {
      link.socket.once('open', () => {
        wiring.trace.add(who, 'open', url);
        resolve();
      });
      link.socket.once('unexpected-response', (request, response) => {
        wiring.trace.add(who, `refused ${response.statusCode}`, url);
        reject(new Refused(response.statusCode ?? 0, path));
        request.destroy();
      });
      link.socket.on('error', (error) => {
        wiring.trace.add(who, 'error', error.message);
        reject(new TargetFault(`${path}: ${error.message}`, needOf(path), TIMED_OUT.test(error.message)));
      });
    });
    await wiring.waits.for(`the upgrade of ${path}`, opened, needOf(path));
    return link;
  }

  send(text: string, binary = false): void {
    this.#options.wiring.trace.add(this.#options.who, binary ? '→ (binary)' : '→', text);
    this.socket.send(binary ? Buffer.from(text) : text);
  }

  /** Ends with a close handshake and waits for its end. */
  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close();
    await this.#options.wiring.waits.for('the end of the close handshake', closed);
  }

  /** Ends without a close handshake. */
  terminate(): void {
    this.socket.terminate();
  }
}

const pathOf = (url: string): string => url.replace(/^wss?:\/\/[^/]*/, '').replace(/\?.*/, '') || '/';

/** What the library says when an upgrade took longer than it may. */
const TIMED_OUT = /handshake has timed out/;

/** What a target lacks that does not take an upgrade; paths of subscriptions are of one kind. */
const needOf = (path: string): string =>
  `${UPGRADE} ${path.replace(/^\/stream\/.*/, '/stream/<stream>/<group>')}`;
