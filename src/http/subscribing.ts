import { randomUUID } from 'node:crypto';
import type { Outlet } from '../delivery/port.js';
import type { Cursor } from '../domain/change.js';
import type { ConnectionInfo } from '../socket/connection.js';
import { parseCursor } from '../socket/request-target.js';
import type { Client } from './client.js';
import { EventStream } from './event-stream.js';
import { LongPoll } from './long-poll.js';
import { joinRefused, type Reading } from './reading.js';
import type { HttpRuntime } from './runtime.js';

/** Replies that go on: event streams and long-polls. Each is a subscription like a socket's. */
export class Subscribing {
  readonly #runtime: HttpRuntime;
  readonly #reading: Reading;
  readonly #streams = new Set<EventStream>();
  readonly #polls = new Set<LongPoll>();

  constructor(runtime: HttpRuntime, reading: Reading) {
    this.#runtime = runtime;
    this.#reading = reading;
  }

  *connections(): IterableIterator<ConnectionInfo> {
    for (const stream of this.#streams) yield stream.info;
  }

  /** What ends each of them. */
  *closers(): IterableIterator<() => void> {
    for (const stream of this.#streams) yield () => stream.end();
    for (const poll of this.#polls) yield () => poll.end(false);
  }

  /** Ends all of them. */
  close(): void {
    for (const close of [...this.closers()]) close();
  }

  /**
   * Sends messages as they happen.
   * @throws Refusal `join_refused`, `pipelined`, and 400 for a malformed Last-Event-ID
   */
  async stream(client: Client): Promise<void> {
    const { request, response, target, address } = client;
    const lastId = request.headers['last-event-id'];
    const since =
      typeof lastId === 'string' && lastId !== ''
        ? parseCursor('Last-Event-ID', lastId)
        : target.parameters.since;
    const stream = new EventStream(response, address, this.#runtime, this.#streams);
    const { id } = stream;
    this.#runtime.counters.opened += 1;
    this.#runtime.logger.debug({ socket: id, address, path: target.path }, 'a client reads an event stream');
    await this.#join(client, stream, since);
    stream.begin();
  }

  /**
   * Replies as soon as something changed after `since`, or with 304 after a while.
   *
   * @param wait seconds
   * @throws Refusal `join_refused`; StreamError when the group cannot be read
   */
  async poll(client: Client, since: Cursor, wait: number): Promise<void> {
    const { target, response } = client;
    const { service, reads } = this.#runtime;
    let end: (moved: boolean) => void = () => {};
    const moved = new Promise<boolean>((resolve) => {
      end = resolve;
    });
    const poll = new LongPoll(wait * 1000, end);
    this.#polls.add(poll);
    response.once('close', () => poll.end(false));
    try {
      await this.#join(client, poll, since);
      let found = await reads.changesSince(target.at, since);
      if (found.kind === 'changes' && found.seq === since.seq) {
        if (await moved) found = await reads.changesSince(target.at, since);
      }
      if (response.destroyed) return;
      if (found.kind === 'changes' && found.seq === since.seq) this.#reading.notModified(client, since);
      else this.#reading.changes(client, found);
    } finally {
      poll.cancel();
      this.#polls.delete(poll);
      service.disconnect(poll);
    }
  }

  /** @throws Refusal `join_refused` */
  async #join({ target, context }: Client, outlet: Outlet, since: Cursor | undefined): Promise<void> {
    const { items: withItems, ack, page } = target.parameters;
    const request = { ...target.at, subscriptionId: randomUUID(), since, withItems, ack, page };
    const joined = await new Promise<boolean>((settled) =>
      this.#runtime.service.join(outlet, request, context, settled),
    );
    if (!joined) throw joinRefused();
  }
}
