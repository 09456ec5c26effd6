import type { OnFrame } from './frame-counter.js';
import { LeanConnection } from './lean-connection.js';

const END = '\n\n';
const LINE_END = 0x0a;
const COLON = 0x3a;
const RETRY = 0x72;

const request = (url: string): string => {
  const { host, pathname, search } = new URL(url);
  return `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`;
};

/** A reader of an event stream. An event that one read did not hold whole comes with `end` 0. */
export class LeanEvents extends LeanConnection {
  #onFrame: OnFrame = ignore;
  /** Bytes of the last event: the next is mostly as long, so that its end need not be searched. */
  #length = 0;
  /** What a read cut: how much of it came, whether it ends with a line end, and whether it is no event. */
  #cut = 0;
  #cutAtLine = false;
  #cutIsNote = false;

  constructor(url: string) {
    super(url, { request: request(url), reply: 'HTTP/1.1 200' });
    this.listen(ignore);
  }

  /** Changes who sees the events; `onChunk` is called after those of one read. */
  listen(onFrame: OnFrame, onChunk: () => void = ignore): void {
    this.#onFrame = onFrame;
    this.take((chunk, from, to) => this.#events(chunk, from, to), onChunk);
  }

  #events(chunk: Buffer, from: number, to: number): void {
    let at = from;
    while (at < to) {
      const end = this.#cut > 0 ? this.#endOfCut(chunk, at, to) : this.#end(chunk, at, to);
      if (end === 0) {
        if (this.#cut === 0) this.#cutIsNote = isNote(chunk[at]!);
        this.#cut += to - at;
        this.#cutAtLine = chunk[to - 1] === LINE_END;
        return;
      }
      const note = this.#cut > 0 ? this.#cutIsNote : isNote(chunk[at]!);
      if (!note) {
        if (this.#cut > 0) this.#onFrame(chunk, 0, 0);
        else {
          this.#length = end - at;
          this.#onFrame(chunk, at, end);
        }
      }
      this.#cut = 0;
      at = end;
    }
  }

  /** Where the event that begins at `at` ends; 0 = not in this read. */
  #end(chunk: Buffer, at: number, to: number): number {
    const likely = at + this.#length;
    if (likely <= to && chunk[likely - 1] === LINE_END && chunk[likely - 2] === LINE_END && likely > at) {
      return likely;
    }
    const found = chunk.indexOf(END, at, 'latin1');
    return found === -1 || found + END.length > to ? 0 : found + END.length;
  }

  #endOfCut(chunk: Buffer, at: number, to: number): number {
    if (this.#cutAtLine && chunk[at] === LINE_END) return at + 1;
    const found = chunk.indexOf(END, at, 'latin1');
    return found === -1 || found + END.length > to ? 0 : found + END.length;
  }
}

/** A comment, or a time to come back: no event. */
const isNote = (first: number): boolean => first === COLON || first === RETRY;

function ignore(): void {}
