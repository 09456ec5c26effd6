import { get } from 'node:http';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { ServerMessage } from '../../../generated/socket.js';

/** Milliseconds until a browser comes back that was told no time. */
const BROWSER_RETRY_MS = 3_000;

export interface EventReadersOptions {
  readonly url: string;
  readonly count: number;
  /** How much faster than a browser they come back. @default 1 */
  readonly speed?: number;
}

/** Many readers of a group's event stream that come back as browsers do: after the time that they were told last. */
export class EventReaders implements Disposable {
  /** When each came back, in ms, at the pace of a browser. */
  readonly joins: number[] = [];
  /** Whole groups that any of them was sent. */
  syncs = 0;
  /** Seqs that came twice or out of order. */
  repeats = 0;
  readonly #options: Required<EventReadersOptions>;
  readonly #readers: readonly Reader[];
  #isClosed = false;
  #onChange: () => void = () => {};

  constructor({ url, count, speed = 1 }: EventReadersOptions) {
    this.#options = { url, count, speed };
    this.#readers = Array.from({ length: count }, () => ({
      seq: 0,
      lastId: '',
      retryMs: BROWSER_RETRY_MS,
      end: () => {},
    }));
    for (const reader of this.#readers) this.#open(reader);
  }

  /** Resolves when all stand at `seq`. */
  async reach(seq: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onChange = () => {
        if (this.#readers.every((reader) => reader.seq >= seq)) resolve();
      };
      this.#onChange();
    });
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const reader of this.#readers) reader.end();
  }

  #open(reader: Reader): void {
    if (this.#isClosed) return;
    const { url, speed } = this.#options;
    const headers = { Accept: 'text/event-stream', ...(reader.lastId && { 'Last-Event-ID': reader.lastId }) };
    const request = get(url, { agent: false, headers });
    const timer: { id?: NodeJS.Timeout } = {};
    reader.end = () => {
      clearTimeout(timer.id);
      request.destroy();
    };
    request.on('error', () => {});
    request.once('close', () => {
      if (!this.#isClosed) timer.id = setTimeout(() => this.#open(reader), reader.retryMs / speed);
    });
    request.once('response', (response) => {
      this.joins.push(performance.now() * speed);
      let rest = '';
      response.on('error', () => {});
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#line(reader, line);
      });
    });
  }

  #line(reader: Reader, line: string): void {
    const [, field, value = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
    if (field === 'retry') reader.retryMs = Number(value);
    else if (field === 'id') reader.lastId = value;
    else if (field === 'data') this.#message(reader, JSON.parse(value) as ServerMessage);
  }

  #message(reader: Reader, message: ServerMessage): void {
    if (message.type !== SOCKET_MESSAGE.stream) return;
    const { event, seq = 0 } = message;
    if (event.type === STREAM_EVENT.sync) this.syncs += 1;
    else if (seq <= reader.seq) this.repeats += 1;
    reader.seq = seq;
    this.#onChange();
  }
}

interface Reader {
  seq: number;
  lastId: string;
  retryMs: number;
  end: () => void;
}
