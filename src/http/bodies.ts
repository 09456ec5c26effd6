import type { JsonText } from '../../generated/json-text.js';
import { encodeSyncItem } from '../../generated/messages/socket.js';
import type { ItemOrGroup } from '../delivery/port.js';
import type { Cursor, Since, Snapshot, StoredItem } from '../domain/change.js';
import { renderChange, renderSync } from '../domain/message.js';
import type { Page } from '../domain/page.js';
import { isSequenced } from './etag.js';

/** A body in pieces: a long one leaves as its reader takes it. */
export type Pieces = Iterable<string>;

const cursorText = (cursor: Cursor): string =>
  isSequenced(cursor) ? `"epoch":${JSON.stringify(cursor.epoch)},"seq":${cursor.seq},` : '';

const itemText = ({ id, rev, value }: StoredItem): JsonText => encodeSyncItem({ id, rev, data: value });
const valueText = ({ value }: StoredItem): JsonText => value;

/** A SnapshotReply. */
export function* snapshotPieces(snapshot: Snapshot, { items, next }: Page): Pieces {
  yield `{${cursorText(snapshot)}"timestamp":${snapshot.timestamp},"items":`;
  yield* arrayPieces(items, itemText);
  yield next === undefined ? '}\n' : `,"next":${JSON.stringify(next)}}\n`;
}

/** The bare values. */
export function* valuesPieces({ items }: Page): Pieces {
  yield* arrayPieces(items, valueText);
  yield '\n';
}

/** A ChangesReply. */
export function* changesPieces(at: ItemOrGroup, since: Since, withItems: boolean): Pieces {
  if (since.kind === 'reset') {
    const { reason, snapshot } = since;
    yield `{"mode":"sync","reason":"${reason}",${cursorText(snapshot)}"messages":[`;
    yield renderSync(at, snapshot, at.item, withItems);
    yield ']}\n';
    return;
  }
  yield `{"mode":"changes",${cursorText(since)}"messages":`;
  const own = since.changes.filter(({ item }) => at.item === undefined || item === at.item);
  yield* arrayPieces(own, renderChange);
  yield '}\n';
}

/** A JSON array. */
export function* arrayPieces<T>(entries: Iterable<T>, toText: (entry: T) => string): Pieces {
  let before = '[';
  for (const entry of entries) {
    yield before + toText(entry);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
