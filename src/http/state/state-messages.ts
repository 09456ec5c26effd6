import type { JsonText } from '../../../generated/json-text.js';
import type { Change, ChangeKind, Cursor, StoredItem } from '../../domain/change.js';
import { cursorOffset } from './offset.js';

/** What the State Protocol calls a change. */
const OPERATION: Readonly<Record<ChangeKind, string>> = {
  create: 'insert',
  update: 'update',
  delete: 'delete',
};

const isObject = (value: JsonText): boolean => value.charCodeAt(0) === 0x7b;

interface Parts extends Pick<Change, 'stream' | 'item' | 'kind' | 'seq' | 'epoch' | 'timestamp' | 'value'> {}

/** A StateChange. A value that is no object is wrapped: the protocol's StreamDB stops for good at one. */
export function changeText({ stream, item, kind, seq, epoch, timestamp, value }: Parts): string {
  const isWrapped = kind !== 'delete' && !isObject(value);
  const headers = {
    operation: OPERATION[kind],
    offset: cursorOffset({ seq, epoch }),
    timestamp: new Date(timestamp).toISOString(),
    ...(isWrapped ? { wrapped: true } : {}),
  };
  const carried = isWrapped ? `{"value":${value}}` : value;
  const valuePart = kind === 'delete' ? '' : `"value":${carried},`;
  return `{"type":${JSON.stringify(stream)},"key":${JSON.stringify(item)},${valuePart}"headers":${JSON.stringify(headers)}}`;
}

/** A StateChange of an item that is there. */
export const insertText = (
  stream: string,
  epoch: string,
  { id, rev, timestamp, value }: StoredItem,
): string => changeText({ stream, item: id, kind: 'create', seq: rev, epoch, timestamp, value });

/** A StateControl. */
export const controlText = (control: 'snapshot-start' | 'snapshot-end', cursor: Cursor): string =>
  JSON.stringify({ headers: { control, offset: cursorOffset(cursor) } });
