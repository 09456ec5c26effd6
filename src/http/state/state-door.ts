import type { OutgoingHttpHeaders } from 'node:http';
import { Refusal } from '../../net/refusal.js';
import { arrayPieces } from '../bodies.js';
import type { Client } from '../client.js';
import type { SnapshotReading } from '../reading.js';
import { sendPieces } from '../reply.js';
import type { HttpRuntime } from '../runtime.js';
import type { Subscribing } from '../subscribing.js';
import { liveCursor, offsetOf, type Position, parseOffset } from './offset.js';
import { type Batch, changesBatch, StateReader } from './state-reader.js';
import { StateStream } from './state-stream.js';

/** Milliseconds that a long-poll waits. An early 204 would be asked again at once, without end. */
const WAIT_MS = 25_000;
const NO_STORE: OutgoingHttpHeaders = { 'Cache-Control': 'no-store' };

export interface StateDoorOptions {
  readonly runtime: HttpRuntime;
  readonly reading: SnapshotReading;
  readonly subscribing: Subscribing;
}

/** Groups as streams of the Durable Streams Protocol, read side only. */
export class StateDoor {
  readonly #runtime: HttpRuntime;
  readonly #reading: SnapshotReading;
  readonly #subscribing: Subscribing;
  readonly #reader: StateReader;

  constructor({ runtime, reading, subscribing }: StateDoorOptions) {
    this.#runtime = runtime;
    this.#reading = reading;
    this.#subscribing = subscribing;
    this.#reader = new StateReader(runtime.reads);
  }

  /** @throws Refusal `gone`, `unsupported`, `guarded`, `join_refused`, and 400 for a malformed offset */
  async reply(client: Client): Promise<void> {
    const { request, target } = client;
    const { offset, live } = target.parameters;
    const position = parseOffset(offset);
    if (request.method === 'HEAD') await this.#catchUp(client, { kind: 'end' });
    else if (live === 'sse') await this.#stream(client, position);
    else if (live === 'long-poll') await this.#poll(client, position);
    else await this.#catchUp(client, position);
  }

  async #catchUp(client: Client, position: Position): Promise<void> {
    await this.#reading.admit(client);
    const batch = await this.#reader.read(client.target.at, position);
    // Where the stream ends is another place soon, so that it has no tag.
    const tag = position.kind === 'end' ? undefined : `"${offsetText(position)}:${offsetOf(batch.next)}"`;
    const { request, response } = client;
    if (tag !== undefined && request.headers['if-none-match'] === tag) {
      response.writeHead(304, { ...NO_STORE, ETag: tag });
      response.end();
    } else this.#send(client, batch, tag === undefined ? {} : { ETag: tag });
  }

  async #poll(client: Client, position: Position): Promise<void> {
    const { target, response } = client;
    const { cursor: sent } = target.parameters;
    const live = { 'Stream-Cursor': liveCursor(sent) };
    if (position.kind === 'start' || position.kind === 'page') {
      await this.#reading.admit(client);
      this.#send(client, await this.#reader.read(target.at, position), live);
      return;
    }
    const since = position.kind === 'after' ? position.cursor : await this.#reader.end(target.at);
    const { found, isClosing } = await this.#subscribing.wait(client, since, WAIT_MS);
    if (response.destroyed) return;
    const batch = changesBatch(found);
    if (!batch.isEmpty) this.#send(client, batch, live);
    else if (isClosing) {
      throw new Refusal(503, 'going_away', 'the server shuts down', { headers: { 'Retry-After': '1' } });
    } else {
      response.writeHead(204, { ...NO_STORE, ...placeOf(batch), ...live });
      response.end();
    }
  }

  async #stream(client: Client, position: Position): Promise<void> {
    const { at, parameters } = client.target;
    const since = 'cursor' in position ? position.cursor : await this.#reader.end(at);
    const stream = await this.#subscribing.open(client, StateStream, since);
    const from: Position = position.kind === 'end' ? { kind: 'after', cursor: since } : position;
    const first = await this.#reader.read(at, from);
    stream.begin();
    await stream.run(this.#reader, at, first, parameters.cursor);
  }

  #send({ request, response }: Client, batch: Batch, headers: OutgoingHttpHeaders): void {
    const pieces = arrayPieces(batch.messages, (text) => text);
    const all = { ...NO_STORE, ...placeOf(batch), ...headers };
    sendPieces(request, response, all, pieces, this.#runtime.stalls);
  }
}

const offsetText = (position: Exclude<Position, { kind: 'end' }>): string =>
  position.kind === 'start' ? '-1' : offsetOf(position);

const placeOf = ({ next, upToDate }: Batch): OutgoingHttpHeaders => ({
  'Stream-Next-Offset': offsetOf(next),
  ...(upToDate ? { 'Stream-Up-To-Date': 'true' } : {}),
});
