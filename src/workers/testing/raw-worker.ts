import { once } from 'node:events';
import { WebSocket } from 'ws';
import { WORKER_MESSAGE } from '../../../generated/constants.js';

export type Frame = Readonly<Record<string, unknown>>;

/** A worker without an SDK: sends what it is told, valid or not, and keeps what it gets. */
export class RawWorker implements AsyncDisposable {
  readonly ws: WebSocket;
  readonly frames: Frame[] = [];
  closeCode: number | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(url: string) {
    this.ws = new WebSocket(url);
    this.ws.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)) as Frame);
      for (const look of this.#waiting) look();
    });
    this.ws.on('close', (code) => {
      this.closeCode = code;
      for (const look of this.#waiting) look();
    });
  }

  static async connect(url: string): Promise<RawWorker> {
    const worker = new RawWorker(url);
    await once(worker.ws, 'open');
    return worker;
  }

  send(...frames: (Frame | string)[]): void {
    for (const frame of frames) this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The first frame with these fields, now or later. */
  frame(fields: Frame): Promise<Frame> {
    const entries = Object.entries(fields);
    return this.#until(() =>
      this.frames.find((frame) => entries.every(([key, value]) => frame[key] === value)),
    );
  }

  /** The code that the connection closed with. */
  closed(): Promise<number> {
    return this.#until(() => this.closeCode);
  }

  /** Everything sent so far has taken effect, and everything that it caused has arrived. */
  async settled(): Promise<void> {
    const id = crypto.randomUUID();
    this.send({ type: WORKER_MESSAGE.invokeFunction, invocation_id: id, function_id: 'no such function' });
    await this.frame({ invocation_id: id });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ws.readyState === this.ws.CLOSED) return;
    this.ws.close();
    await once(this.ws, 'close');
  }

  #until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
