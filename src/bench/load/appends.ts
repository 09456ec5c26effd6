import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FUNCTION, SOCKET_MESSAGE, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Target } from '../targets/target.js';
import { STREAM } from '../wire/dialect.js';
import type { OnBytes } from '../wire/lean-connection.js';
import type { LeanSocket } from '../wire/lean-socket.js';
import { maskedFrame } from '../wire/masked.js';
import { answered, clients, rpcConnections } from './connect.js';
import type { Measured } from './measured.js';

const GROUP = 'answers';
const VALUE = 50_000;
/** Tokens that are asked for at once where bytes are measured: what a model says in a moment. */
const BURST = 16;
/** Begins each token. Two bytes, since the length in a frame's header may be any one. */
const MARK = Buffer.from(' ~');
/** Bytes of an update above which it is told by its value. */
const WHOLE = 10_000;
/** Tokens on their way at most: enough to keep a server busy, and no more than its bound of what waits to be sent. */
const WINDOW = { short: 1_024, whole: 16 };
/** Tokens of a run that is measured in bytes. */
const TOKENS = 2_000;
const PING = maskedFrame(JSON.stringify({ type: SOCKET_MESSAGE.ping }));

/** What a run says: tokens per second that all subscribers have, or bytes of `TOKENS` tokens. */
export type Figure = 'rate' | 'subscriber' | 'replies' | 'disk';

export interface AppendsOptions {
  readonly subscribers: number;
  /** Subscribers take ops. */
  readonly ops: boolean;
  readonly figure: Figure;
  /** Tokens that are on their way at once, at most. @default as many as keep the server busy */
  readonly window?: number;
}

/**
 * A writer that appends tokens to an item of 50 KB, and subscribers that count what they get. Of ops they count the tokens,
 * as several may come as one; of values and of deltas the messages. They look at bytes and parse nothing.
 */
export class Appends implements Measured {
  readonly #target: Target;
  readonly #writer: LeanSocket;
  readonly #readers: readonly LeanSocket[];
  readonly #figure: Figure;
  readonly #window: number | undefined;
  #n = 0;

  private constructor(
    target: Target,
    writer: LeanSocket,
    readers: readonly LeanSocket[],
    { figure, window }: AppendsOptions,
  ) {
    this.#target = target;
    this.#writer = writer;
    this.#readers = readers;
    this.#figure = figure;
    this.#window = window;
  }

  static async open(target: Target, options: AppendsOptions): Promise<Appends> {
    const { subscribers, ops } = options;
    const [writer] = await rpcConnections(target, 1);
    const readers = await clients(target, subscribers);
    const appends = new Appends(target, writer!, readers, options);
    await appends.#reset();
    const data = { subscriptionId: 's', streamName: STREAM, groupId: GROUP, ...(ops ? { ops } : {}) };
    const frame = maskedFrame(JSON.stringify({ type: SOCKET_MESSAGE.join, data }));
    for (const reader of readers) reader.send(frame);
    await appends.#barrier();
    return appends;
  }

  async run(ms: number): Promise<number> {
    await this.#reset();
    if (this.#figure === 'rate') return this.#rate(ms);
    const before = await this.#bytes();
    for (let tokens = 0; tokens < TOKENS; tokens += BURST) await this.#burst();
    return (await this.#bytes()) - before;
  }

  /** Tokens per second that every subscriber has, while as many as the window holds are on their way. */
  async #rate(ms: number): Promise<number> {
    const isWhole = (await this.#bytesOfOne()) >= WHOLE;
    const isMarked = !isWhole && this.#target.name !== 'fossil';
    const window = this.#window ?? (isWhole ? WINDOW.whole : WINDOW.short);
    const fan = this.#readers.length;
    const began = performance.now();
    let sent = 0;
    let delivered = 0;
    await new Promise<void>((resolve) => {
      const refill = (): void => {
        if (performance.now() >= began + ms) {
          if (delivered === sent * fan) resolve();
          return;
        }
        const room = window - (sent - Math.floor(delivered / fan));
        if (room < Math.max(1, window / 8)) return;
        sent += room;
        this.#writer.send(Buffer.concat(Array.from({ length: room }, () => this.#token())));
      };
      this.#writer.listen(() => {});
      for (const reader of this.#readers) {
        reader.listen(
          () => {
            if (!isMarked) delivered += 1;
          },
          refill,
          isMarked
            ? marksOf((count) => {
                delivered += count;
              })
            : undefined,
        );
      }
      refill();
    });
    return (sent * 1_000) / (performance.now() - began);
  }

  /** What one token costs a subscriber. */
  async #bytesOfOne(): Promise<number> {
    const before = this.#readers[0]!.received;
    await answered(this.#writer, [this.#token()]);
    await this.#barrier();
    return this.#readers[0]!.received - before;
  }

  close(): void {
    this.#writer.close();
    for (const reader of this.#readers) reader.close();
  }

  async #burst(): Promise<void> {
    await answered(
      this.#writer,
      Array.from({ length: BURST }, () => this.#token()),
    );
    await this.#barrier();
  }

  /** The call that appends one. */
  #token(): Buffer {
    const ops = [{ type: 'append', path: 'text', value: ` ~${this.#n % 100}` }];
    return this.#call(FUNCTION.update, { ops });
  }

  /** The item as it was at first. */
  async #reset(): Promise<void> {
    const data = { role: 'assistant', text: 'some words '.repeat(VALUE / 11) };
    await answered(this.#writer, [this.#call(FUNCTION.set, { data })]);
    await this.#barrier();
  }

  /** Each reader has what was sent to it before. */
  async #barrier(): Promise<void> {
    await Promise.all(
      this.#readers.map(
        (reader) =>
          new Promise<void>((resolve) => {
            reader.listen((chunk, start, end) => {
              if (isPong(chunk, start, end)) resolve();
            });
            reader.send(PING);
          }),
      ),
    );
  }

  #call(functionId: string, fields: object): Buffer {
    this.#n += 1;
    const invocation_id = `00000000-0000-4000-8000-${String(this.#n).padStart(12, '0')}`;
    const data = { stream_name: STREAM, group_id: GROUP, item_id: 'm1', ...fields, return: 'rev' };
    return maskedFrame(
      JSON.stringify({ type: WORKER_MESSAGE.invokeFunction, invocation_id, function_id: functionId, data }),
    );
  }

  async #bytes(): Promise<number> {
    if (this.#figure === 'subscriber') return this.#readers[0]!.received;
    if (this.#figure === 'replies') return this.#writer.received;
    const directory = join(this.#target.directory!, 'data');
    const files = await readdir(directory);
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(directory, file))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  }
}

/** Counts marks in what one connection reads; a read may cut one. */
function marksOf(add: (count: number) => void): OnBytes {
  let isCut = false;
  return (chunk, from, to) => {
    const bytes = chunk.subarray(from, to);
    let marks = isCut && bytes[0] === MARK[1] ? 1 : 0;
    for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 2)) marks += 1;
    isCut = bytes.at(-1) === MARK[0];
    if (marks > 0) add(marks);
  };
}

const PONG = JSON.stringify({ type: SOCKET_MESSAGE.pong });

/** It is so short that it is hardly ever cut; a reader whose pong is cut waits for ever, and the run fails. */
function isPong(chunk: Uint8Array, start: number, end: number): boolean {
  if (end - start !== PONG.length + 2) return false;
  return Buffer.from(chunk.buffer, chunk.byteOffset + start + 2, PONG.length).toString() === PONG;
}
