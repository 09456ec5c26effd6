import { KIND_MASK, RECORD, RECORD_HEADER_BYTES, WIDE_KEY, WIDE_VALUE } from './format.js';

/** Receives the records of a frame in the order they take effect. */
export interface RecordVisitor {
  /** @param bytes the record's size on disk */
  set(key: string, value: string, bytes: number): void;
  delete(key: string): void;
  clear(prefix: string): void;
  /** The number of records that the snapshot must have had. */
  end(records: number): void;
}

/** A payload with a valid checksum that does not hold records: no program of this version wrote it. */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError';
}

/** Decodes the payload `buffer[from, to)`. Every text is a copy: a slice would keep the whole read buffer alive. */
export function visitRecords(buffer: Buffer, from: number, to: number, visitor: RecordVisitor): void {
  let at = from;
  while (at < to) {
    if (at + RECORD_HEADER_BYTES > to) throw new MalformedRecordError('a record is cut off');
    const tag = buffer[at] as number;
    const keyFrom = at + RECORD_HEADER_BYTES;
    const valueFrom = keyFrom + buffer.readUInt32LE(at + 1);
    const end = valueFrom + buffer.readUInt32LE(at + 5);
    if (end > to) throw new MalformedRecordError('a record is cut off');
    const key = text(buffer, keyFrom, valueFrom, tag & WIDE_KEY);
    switch (tag & KIND_MASK) {
      case RECORD.SET:
        visitor.set(key, text(buffer, valueFrom, end, tag & WIDE_VALUE), end - at);
        break;
      case RECORD.DELETE:
        visitor.delete(key);
        break;
      case RECORD.CLEAR:
        visitor.clear(key);
        break;
      case RECORD.END:
        visitor.end(Number(text(buffer, valueFrom, end, tag & WIDE_VALUE)));
        break;
      default:
        throw new MalformedRecordError(`unknown record tag ${tag}`);
    }
    at = end;
  }
}

const text = (buffer: Buffer, from: number, to: number, wide: number): string =>
  buffer.toString(wide === 0 ? 'latin1' : 'utf8', from, to);
