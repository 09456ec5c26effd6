import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { Target } from '../targets/target.js';
import { LeanConnection, type Wanted } from '../wire/lean-connection.js';
import { pathOf } from './connect.js';
import type { Measured } from './measured.js';
import { fill } from './storm.js';

const GROUP = 'read';
const CONNECTIONS = 16;

interface Sample {
  readonly status: number;
  readonly etag: string;
  /** Of the whole reply. */
  readonly bytes: number;
}

/** One GET over and over on a connection that stays open, one at a time; all replies are equally long. */
class Reader extends LeanConnection {
  readonly #request: Buffer;
  readonly #bytes: number;
  #due: number;
  #isRunning = false;
  replies = 0;
  onEnd: () => void = () => {};

  constructor(url: string, wanted: Wanted, bytes: number) {
    super(url, wanted);
    this.#request = Buffer.from(wanted.request);
    this.#bytes = bytes;
    this.#due = bytes;
    this.take(
      () => {},
      () => this.#look(),
    );
  }

  start(): void {
    this.#isRunning = true;
    this.#due = this.received + this.#bytes;
    this.send(this.#request);
  }

  stop(): void {
    this.#isRunning = false;
  }

  #look(): void {
    if (this.received < this.#due) return;
    if (this.received > this.#due) throw new Error('a reply is longer than the first');
    this.replies += 1;
    if (this.#isRunning) this.start();
    else this.onEnd();
  }
}

/**
 * Reads of a group of so many items, by clients that know what there is or by others; the figure is replies per second.
 *
 * @param items so few that the reply has a length
 * @throws Error when the replies are not what they have to be
 */
export async function reads(target: Target, items: number, known: boolean): Promise<Measured> {
  await fill(target, GROUP, items);
  const url = pathOf(target, GROUP).replace('ws:', 'http:');
  const { etag } = await sample(url, {});
  const headers = known ? { 'If-None-Match': etag } : {};
  const { status, bytes } = await sample(url, headers);
  if (status !== (known ? 304 : 200)) throw new Error(`the reply is ${status}`);
  const { host, pathname } = new URL(url);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}\r\n`;
  const wanted = { request, reply: `HTTP/1.1 ${status}` };
  const readers = Array.from({ length: CONNECTIONS }, () => new Reader(url, wanted, bytes));
  const idle = () =>
    Promise.all(
      readers.map(
        (one) =>
          new Promise<void>((resolve) => {
            one.onEnd = resolve;
          }),
      ),
    );
  await idle();
  const replies = (): number => readers.reduce((sum, one) => sum + one.replies, 0);
  return {
    run: async (ms) => {
      const before = replies();
      const began = performance.now();
      for (const reader of readers) reader.start();
      setTimeout(() => {
        for (const reader of readers) reader.stop();
      }, ms);
      await idle();
      return ((replies() - before) * 1_000) / (performance.now() - began);
    },
    close: () => {
      for (const reader of readers) reader.close();
    },
  };
}

/** One reply, read whole. */
async function sample(url: string, headers: Readonly<Record<string, string>>): Promise<Sample> {
  const agent = new Agent({ keepAlive: true });
  const [reply] = (await once(get(url, { agent, headers }), 'response')) as [IncomingMessage];
  const { statusCode: status = 0, statusMessage, rawHeaders, headers: got } = reply;
  let bytes = `HTTP/1.1 ${status} ${statusMessage}\r\n\r\n`.length;
  for (const [i, part] of rawHeaders.entries()) bytes += part.length + (i % 2 === 0 ? ': ' : '\r\n').length;
  for await (const chunk of reply as AsyncIterable<Buffer>) bytes += chunk.length;
  agent.destroy();
  return { status, etag: String(got.etag), bytes };
}
