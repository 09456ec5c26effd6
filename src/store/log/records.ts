import { KIND_MASK, RECORD, RECORD_HEADER_BYTES, WIDE_KEY, WIDE_VALUE } from './format.js';

/** A set record where it was read. Only good while it is visited: what is kept of it must be copied. */
export interface RecordView {
  readonly buffer: Buffer;
  readonly keyFrom: number;
  /** The key's end too. */
  readonly valueFrom: number;
  readonly end: number;
  /** The key is not ASCII. */
  readonly hasWideKey: boolean;
  /** Bytes on disk. */
  readonly bytes: number;
  key(): string;
  /** The value's text, from the byte `from` of the buffer on. @default all of it */
  value(from?: number): string;
}

/** Receives the records of a frame in the order they take effect. */
export interface RecordVisitor {
  put(record: RecordView): void;
  delete(key: string): void;
  clear(prefix: string): void;
  /** The number of records that the snapshot must have had. */
  end(records: number): void;
}

/** A payload with a valid checksum that does not hold records: no program of this version wrote it. */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError';
}

/** The one view that a walk through a payload moves along. */
class Walk implements RecordView {
  readonly buffer: Buffer;
  keyFrom = 0;
  valueFrom = 0;
  end = 0;
  tag = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  get hasWideKey(): boolean {
    return (this.tag & WIDE_KEY) !== 0;
  }

  get bytes(): number {
    return this.end - this.keyFrom + RECORD_HEADER_BYTES;
  }

  key(): string {
    return this.#text(this.keyFrom, this.valueFrom, this.tag & WIDE_KEY);
  }

  value(from = this.valueFrom): string {
    return this.#text(from, this.end, this.tag & WIDE_VALUE);
  }

  /** A copy: a slice would keep the whole read buffer alive. */
  #text(from: number, to: number, wide: number): string {
    return this.buffer.toString(wide === 0 ? 'latin1' : 'utf8', from, to);
  }
}

/** Shows `visitor` the records of the payload `buffer[from, to)`. */
export function visitRecords(buffer: Buffer, from: number, to: number, visitor: RecordVisitor): void {
  const record = new Walk(buffer);
  for (let at = from; at < to; at = record.end) {
    if (at + RECORD_HEADER_BYTES > to) throw new MalformedRecordError('a record is cut off');
    record.tag = buffer[at] as number;
    record.keyFrom = at + RECORD_HEADER_BYTES;
    record.valueFrom = record.keyFrom + buffer.readUInt32LE(at + 1);
    record.end = record.valueFrom + buffer.readUInt32LE(at + 5);
    if (record.end > to) throw new MalformedRecordError('a record is cut off');
    switch (record.tag & KIND_MASK) {
      case RECORD.SET:
        visitor.put(record);
        break;
      case RECORD.DELETE:
        visitor.delete(record.key());
        break;
      case RECORD.CLEAR:
        visitor.clear(record.key());
        break;
      case RECORD.END:
        visitor.end(Number(record.value()));
        break;
      default:
        throw new MalformedRecordError(`unknown record tag ${record.tag}`);
    }
  }
}
