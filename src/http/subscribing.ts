import { randomUUID } from 'node:crypto';
import type { Outlet } from '../delivery/port.js';
import type { Cursor, Since } from '../domain/change.js';
import type { ConnectionInfo } from '../socket/connection-info.js';
import { parseCursor } from '../socket/request-target.js';
import type { Client } from './client.js';
import { EventStream } from './event-stream.js';
import { LongPoll, type PollEnd } from './long-poll.js';
import { joinRefused, type SnapshotReading } from './reading.js';
import type { HttpRuntime } from './runtime.js';

/** Items in a message of a sync that is only a signal: in one piece it might be too long. */
const SIGNAL_PAGE = 1_000;

/** Replies that go on: event streams and long-polls. Each is a subscription like a socket's. */
export class Subscribing {
  readonly #runtime: HttpRuntime;
  readonly #reading: SnapshotReading;
  readonly #streams = new Set<EventStream>();
  readonly #polls = new Set<LongPoll>();

  constructor(runtime: HttpRuntime, reading: SnapshotReading) {
    this.#runtime = runtime;
    this.#reading = reading;
  }

  *connections(): IterableIterator<ConnectionInfo> {
    for (const stream of this.#streams) yield stream.info;
  }

  /** What ends each of them. */
  *closers(): IterableIterator<() => void> {
    for (const stream of this.#streams) yield () => stream.end();
    for (const poll of this.#polls) yield () => poll.end('closing');
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
    const { request, target } = client;
    const lastId = request.headers['last-event-id'];
    const since =
      typeof lastId === 'string' && lastId !== ''
        ? parseCursor('Last-Event-ID', lastId)
        : target.parameters.since;
    (await this.open(client, EventStream, since)).begin();
  }

  /**
   * An event stream that was let in, and has not begun.
   * @throws Refusal `join_refused`, `pipelined`
   */
  async open<S extends EventStream>(
    client: Client,
    Kind: new (...args: ConstructorParameters<typeof EventStream>) => S,
    since: Cursor | undefined,
  ): Promise<S> {
    const { response, target, address } = client;
    const stream = new Kind(response, address, this.#runtime, this.#streams);
    const { id } = stream;
    this.#runtime.counters.opened += 1;
    this.#runtime.logger.debug({ socket: id, address, path: target.path }, 'a client reads an event stream');
    await this.#join(client, stream, since);
    return stream;
  }

  /**
   * Replies as soon as something changed after `since`, or with 304 after a while.
   *
   * @param wait seconds
   * @throws Refusal `join_refused`; StreamError when the group cannot be read
   */
  async poll(client: Client, since: Cursor, wait: number): Promise<void> {
    const { found } = await this.wait(client, since, wait * 1000);
    if (client.response.destroyed) return;
    if (isAt(found, since)) this.#reading.notModified(client, since);
    else this.#reading.changes(client, found);
  }

  /**
   * Waits, as a subscription, until something changed after `since`.
   *
   * @param ms until it returns anyhow, with what there is
   * @throws Refusal `join_refused`; StreamError when the group cannot be read
   */
  async wait(
    client: Client,
    since: Cursor,
    ms: number,
  ): Promise<{ readonly found: Since; readonly isClosing: boolean }> {
    const { target, response } = client;
    const { service, reads } = this.#runtime;
    let end: (how: PollEnd) => void = () => {};
    const ended = new Promise<PollEnd>((resolve) => {
      end = resolve;
    });
    const poll = new LongPoll(ms, end);
    this.#polls.add(poll);
    response.once('close', () => poll.end('timeout'));
    try {
      await this.#join(client, poll, since);
      const found = await reads.changesSince(target.at, since);
      if (!isAt(found, since)) return { found, isClosing: false };
      const how = await ended;
      const isClosing = how === 'closing';
      return how === 'moved'
        ? { found: await reads.changesSince(target.at, since), isClosing }
        : { found, isClosing };
    } finally {
      poll.cancel();
      this.#polls.delete(poll);
      service.disconnect(poll);
    }
  }

  /** @throws Refusal `join_refused` */
  async #join({ target, context }: Client, outlet: Outlet, since: Cursor | undefined): Promise<void> {
    const { items: withItems = false, ack = false, page, ops = false } = target.parameters;
    const request = {
      ...target.at,
      subscriptionId: randomUUID(),
      since,
      withItems,
      ack,
      page: outlet.variant === 'poll' ? SIGNAL_PAGE : page,
      ops,
    };
    const joined = await new Promise<boolean>((settled) =>
      this.#runtime.service.join(outlet, request, context, settled),
    );
    if (!joined) throw joinRefused();
  }
}

/** Nothing changed after the cursor. */
const isAt = (found: Since, { seq }: Cursor): boolean => found.kind === 'changes' && found.seq === seq;
