import type { OutgoingHttpHeaders } from 'node:http';
import type { Cursor, Since, Snapshot } from '../domain/change.js';
import { StreamError } from '../domain/errors.js';
import { hasIds } from '../domain/message.js';
import { pageOf } from '../domain/page.js';
import { Refusal } from '../net/refusal.js';
import { changesPieces, snapshotPieces, valuesPieces } from './bodies.js';
import type { Client } from './client.js';
import { cursorOfTags, etagOf, isAnyTag, isSequenced } from './etag.js';
import { JSON_HEADERS, sendPieces } from './reply.js';
import type { HttpRuntime } from './runtime.js';

const UNBOUNDED = Number.POSITIVE_INFINITY;

/** Replies once: a snapshot, or what changed after a cursor. */
export class SnapshotReading {
  readonly #runtime: HttpRuntime;

  constructor(runtime: HttpRuntime) {
    this.#runtime = runtime;
  }

  /** @throws Refusal `guarded`, `join_refused`, `not_found`, `limit`; StreamError when the group cannot be read */
  async reply(client: Client): Promise<void> {
    await this.admit(client);
    const { request, target } = client;
    const { since } = target.parameters;
    if (since !== undefined) {
      this.changes(client, await this.#runtime.reads.changesSince(target.at, since));
      return;
    }
    const known = cursorOfTags(request.headers['if-none-match']);
    const found = known === undefined ? undefined : await this.#runtime.reads.changesSince(target.at, known);
    if (found?.kind === 'changes' && found.seq === known?.seq) this.notModified(client, found);
    else if (found?.kind === 'reset') this.#snapshot(client, found.snapshot);
    else this.#snapshot(client, await this.#runtime.reads.snapshot(target.at, target.at.item));
  }

  /** Replies with what leads on from a cursor. @throws StreamError `limit`, `unsupported` */
  changes({ request, response, target }: Client, since: Since): void {
    if (since.kind === 'reset') {
      this.#checkSize(since.snapshot);
      if (target.parameters.items) checkIds(since.snapshot);
    }
    const pieces = changesPieces(target.at, since, target.parameters.items);
    const cursor = since.kind === 'reset' ? since.snapshot : since;
    sendPieces(request, response, tagged(cursor), pieces, this.#runtime.stalls);
  }

  /** Replies that nothing changed after a cursor. */
  notModified({ response }: Client, cursor: Cursor): void {
    const { 'Cache-Control': caching } = JSON_HEADERS;
    response.writeHead(304, { ETag: etagOf(cursor), 'Cache-Control': caching });
    response.end();
  }

  /**
   * Fail closed: whom join handlers let in is not known here.
   * @throws Refusal `guarded`, `join_refused`
   */
  async admit({ target: { at }, context }: Client): Promise<void> {
    const { reads, config } = this.#runtime;
    if (!reads.isGuarded(at.stream)) return;
    if (config.current.http.reads_guarded !== 'ask') {
      throw new Refusal(403, 'guarded', 'join handlers guard this stream: subscribe to it');
    }
    const allowed = await new Promise<boolean>((decided) => reads.admit(at, context, decided));
    if (!allowed) throw joinRefused();
  }

  #snapshot(client: Client, snapshot: Snapshot): void {
    const { request, response, target } = client;
    const { item } = target.at;
    const { limit, after, values } = target.parameters;
    let items = snapshot.items;
    if (item !== undefined) {
      items = items.filter(({ id }) => id === item);
      if (items.length === 0) throw new Refusal(404, 'not_found', 'there is no such item');
    } else if (limit === undefined) this.#checkSize(snapshot);
    if (isAnyTag(request.headers['if-none-match']) && isSequenced(snapshot)) {
      this.notModified(client, snapshot);
      return;
    }
    const page = pageOf(items, limit ?? UNBOUNDED, after);
    const bare = item === undefined ? valuesPieces(page) : [items[0]!.value, '\n'];
    if (!values) checkIds(snapshot);
    const pieces = values ? bare : snapshotPieces(snapshot, page);
    sendPieces(request, response, tagged(snapshot), pieces, this.#runtime.stalls);
  }

  #checkSize({ items }: Snapshot): void {
    const most = this.#runtime.config.current.limits.sync_bytes;
    let length = 0;
    for (const { value } of items) length += value.length;
    if (length <= most) return;
    throw new StreamError('limit', `the group passes limits.sync_bytes (${most}): ask for pages by limit`);
  }
}

export const joinRefused = (): Refusal => new Refusal(403, 'join_refused', 'the subscription was refused');

const tagged = (cursor: Cursor): OutgoingHttpHeaders => (isSequenced(cursor) ? { ETag: etagOf(cursor) } : {});

/** @throws StreamError `unsupported`: a custom stream's values, and nobody knows which item each of them is */
function checkIds(snapshot: Snapshot): void {
  if (hasIds(snapshot)) return;
  const message = 'not every value of this custom stream has an `id` of its own: ask with values=1';
  throw new StreamError('unsupported', message);
}
