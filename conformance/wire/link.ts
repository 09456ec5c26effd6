import { WebSocket } from 'ws';
import { TargetFault } from './faults.js';
import type { Trace } from './trace.js';

export interface LinkOptions {
  readonly url: string;
  /** Names the connection in traces. */
  readonly who: string;
  readonly trace: Trace;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Called before anything can arrive. */
  readonly onText: (text: string) => void;
  readonly onClose: (code: number, reason: string) => void;
}

/** Why an upgrade was answered with plain HTTP. */
export class Refused extends TargetFault {
  readonly status: number;
  constructor(status: number, url: string) {
    super(`${url} was refused with HTTP ${status}`);
    this.status = status;
  }
}

/** One traced WebSocket. */
export class Link {
  readonly socket: WebSocket;
  readonly #options: LinkOptions;

  private constructor(options: LinkOptions) {
    this.#options = options;
    const { url, who, trace, onText, onClose } = options;
    this.socket = new WebSocket(url, [...(options.protocols ?? [])], {
      headers: { ...options.headers },
      perMessageDeflate: false,
      maxPayload: 0,
    });
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
    const { url, who, trace } = options;
    const link = new Link(options);
    await new Promise<void>((resolve, reject) => {
      link.socket.once('open', () => {
        trace.add(who, 'open', url);
        resolve();
      });
      link.socket.once('unexpected-response', (request, response) => {
        trace.add(who, `refused ${response.statusCode}`, url);
        reject(new Refused(response.statusCode ?? 0, url));
        request.destroy();
      });
      link.socket.on('error', (error) => {
        trace.add(who, 'error', error.message);
        reject(new TargetFault(`${url}: ${error.message}`));
      });
    });
    return link;
  }

  send(text: string, binary = false): void {
    this.#options.trace.add(this.#options.who, binary ? '→ (binary)' : '→', text);
    this.socket.send(binary ? Buffer.from(text) : text);
  }

  /** Says goodbye and waits for the end. */
  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close();
    await closed;
  }

  /** Ends without a goodbye. */
  terminate(): void {
    this.socket.terminate();
  }
}
