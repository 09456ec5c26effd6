import type { Cursor, GroupAddress, Since, Snapshot, StoredItem } from '../../domain/change.js';
import { pageOf } from '../../domain/page.js';
import { Refusal } from '../../net/refusal.js';
import type { GroupReader } from '../../service/service-port.js';
import { isSequenced } from '../etag.js';
import type { Placed, Position } from './offset.js';
import { changeText, controlText, insertText } from './state-messages.js';

/** Characters of values in one reply of a snapshot. */
const PAGE_LENGTH = 1024 * 1024;

/** What follows a position: all of it, or a part. */
export interface Batch {
  /** Texts of StateMessages, to be read once. */
  readonly messages: Iterable<string>;
  /** Where the next one begins. */
  readonly next: Placed;
  /** There was nothing after it. */
  readonly upToDate: boolean;
  /** There is no message in it. */
  readonly isEmpty: boolean;
}

/** Reads groups as JSON streams: compacted, what is kept of an item is its newest change (D62). */
export class StateReader {
  readonly #reads: GroupReader;

  constructor(reads: GroupReader) {
    this.#reads = reads;
  }

  /** @throws Refusal `gone`, `unsupported`; StreamError when the group cannot be read */
  async read(at: GroupAddress, position: Position): Promise<Batch> {
    if (position.kind === 'after') return changesBatch(await this.#reads.changesSince(at, position.cursor));
    const snapshot = await this.#reads.snapshot(at, undefined);
    checkSequenced(snapshot);
    if (position.kind === 'end') return { ...NOTHING, next: after(snapshot) };
    if (position.kind === 'start') return pageBatch(at, snapshot, after(snapshot).cursor, undefined);
    const { cursor } = position;
    if (snapshot.epoch !== cursor.epoch || snapshot.seq < cursor.seq) throw gone();
    return pageBatch(at, snapshot, cursor, position.after);
  }

  /** Where the stream ends now. @throws as `read` */
  async end(at: GroupAddress): Promise<Cursor> {
    return (await this.read(at, { kind: 'end' })).next.cursor;
  }
}

/** What a wait found, as a batch. @throws Refusal `gone`, `unsupported` */
export function changesBatch(since: Since): Batch {
  if (since.kind === 'reset') {
    checkSequenced(since.snapshot);
    throw gone();
  }
  const { changes } = since;
  const isEmpty = changes.length === 0;
  return { messages: mapped(changes, changeText), next: after(since), upToDate: true, isEmpty };
}

/**
 * A piece of a snapshot. All pieces lead to the seq of the first: what was written meanwhile follows as changes after it,
 * also where a later piece shows it already.
 */
function pageBatch(at: GroupAddress, snapshot: Snapshot, cursor: Cursor, from: string | undefined): Batch {
  const { items } = pageOf(snapshot.items, Number.POSITIVE_INFINITY, from);
  const page = pageOf(snapshot.items, countWithin(items, PAGE_LENGTH), from);
  const isLast = page.next === undefined;
  function* messages(): Iterable<string> {
    if (from === undefined) yield controlText('snapshot-start', cursor);
    for (const item of page.items) yield insertText(at.stream, snapshot.epoch, item);
    if (isLast) yield controlText('snapshot-end', cursor);
  }
  const next: Placed = page.next === undefined ? after(cursor) : { kind: 'page', cursor, after: page.next };
  return { messages: messages(), next, upToDate: isLast && snapshot.seq === cursor.seq, isEmpty: false };
}

/** How many items a reply takes; one at least. */
function countWithin(items: readonly StoredItem[], most: number): number {
  let length = 0;
  let count = 0;
  for (const { value } of items) {
    length += value.length;
    if (count > 0 && length > most) break;
    count += 1;
  }
  return Math.max(count, 1);
}

function* mapped<T>(entries: Iterable<T>, toText: (entry: T) => string): Iterable<string> {
  for (const entry of entries) yield toText(entry);
}

const after = ({ epoch, seq }: Cursor): Extract<Placed, { kind: 'after' }> => ({
  kind: 'after',
  cursor: { epoch, seq },
});

const NOTHING = { messages: [], upToDate: true, isEmpty: true } as const;

function checkSequenced(snapshot: Snapshot): void {
  if (!isSequenced(snapshot)) throw new Refusal(501, 'unsupported', 'nobody sequences this stream');
}

const gone = (): Refusal =>
  new Refusal(410, 'gone', 'what changed after this offset is not known any more: begin anew at -1');
