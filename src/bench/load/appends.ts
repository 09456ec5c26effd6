import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FUNCTION, SOCKET_MESSAGE, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Target } from '../targets/target.js';
import { STREAM } from '../wire/dialect.js';
import type { LeanSocket } from '../wire/lean-socket.js';
import { maskedFrame } from '../wire/masked.js';
import { answered, clients, rpcConnections } from './connect.js';
import type { Measured } from './measured.js';

const GROUP = 'answers';
const VALUE = 50_000;
/** Tokens that are on their way at once: what a model says in a moment. */
const BURST = 16;
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
}

/** A writer that appends tokens to an item of 50 KB, a burst at a time, each of which all subscribers have before the next. */
export class Appends implements Measured {
  readonly #target: Target;
  readonly #writer: LeanSocket;
  readonly #readers: readonly LeanSocket[];
  readonly #figure: Figure;
  #n = 0;

  private constructor(target: Target, writer: LeanSocket, readers: readonly LeanSocket[], figure: Figure) {
    this.#target = target;
    this.#writer = writer;
    this.#readers = readers;
    this.#figure = figure;
  }

  static async open(target: Target, { subscribers, ops, figure }: AppendsOptions): Promise<Appends> {
    const [writer] = await rpcConnections(target, 1);
    const readers = await clients(target, subscribers);
    const appends = new Appends(target, writer!, readers, figure);
    await appends.#reset();
    const data = { subscriptionId: 's', streamName: STREAM, groupId: GROUP, ...(ops ? { ops } : {}) };
    const frame = maskedFrame(JSON.stringify({ type: SOCKET_MESSAGE.join, data }));
    for (const reader of readers) reader.send(frame);
    await appends.#barrier();
    return appends;
  }

  async run(ms: number): Promise<number> {
    await this.#reset();
    if (this.#figure === 'rate') {
      const began = performance.now();
      let tokens = 0;
      for (; performance.now() < began + ms; tokens += BURST) await this.#burst();
      return (tokens * 1_000) / (performance.now() - began);
    }
    const before = await this.#bytes();
    for (let tokens = 0; tokens < TOKENS; tokens += BURST) await this.#burst();
    return (await this.#bytes()) - before;
  }

  close(): void {
    this.#writer.close();
    for (const reader of this.#readers) reader.close();
  }

  async #burst(): Promise<void> {
    const ops = (n: number) => [{ type: 'append', path: 'text', value: ` t${n % 100}` }];
    const frames = Array.from({ length: BURST }, () => this.#call(FUNCTION.update, { ops: ops(this.#n) }));
    await answered(this.#writer, frames);
    await this.#barrier();
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

const PONG = JSON.stringify({ type: SOCKET_MESSAGE.pong });

/** It is so short that it is hardly ever cut; a reader whose pong is cut waits for ever, and the run fails. */
function isPong(chunk: Uint8Array, start: number, end: number): boolean {
  if (end - start !== PONG.length + 2) return false;
  return Buffer.from(chunk.buffer, chunk.byteOffset + start + 2, PONG.length).toString() === PONG;
}
