import {
  FORMAT_VERSION,
  guardBytes,
  isSealed,
  KIND_MASK,
  KNOWN_TAG,
  RECORD,
  RECORD_HEADER_BYTES,
  RECORD_MARKER,
  WIDE_KEY,
  WIDE_VALUE,
} from './format.js';

/** A set record where it was read. Only good while it is visited: what is kept of it must be copied. */
export interface RecordView {
  readonly buffer: Buffer;
  readonly keyFrom: number;
  /** The key's end too. */
  readonly valueFrom: number;
  readonly end: number;
  /** The key is not ASCII. */
  readonly hasWideKey: boolean;
  /** Bytes that it takes in a snapshot. */
  readonly bytes: number;
  key(): string;
  /** The value's text, from the byte `from` of the buffer on. @default all of it */
  value(from?: number): string;
}

/** Receives the records of a frame in the order they take effect. */
export interface RecordVisitor {
  put(record: RecordView): void;
  /** A patch of a key's value. False: what it goes on from is not here. */
  patch(record: RecordView): boolean;
  delete(key: string): void;
  clear(prefix: string): void;
  /** The number of records that the snapshot must have had. */
  end(records: number): void;
}

/** A payload with a valid checksum that does not hold records: no program of this version wrote it. */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError';
}

/** Tag, length of the key, length of the value. */
const HEAD_BYTES = 9;

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

  /** @param tagAt where the record's tag is */
  move(tagAt: number): void {
    this.tag = this.buffer[tagAt] as number;
    this.keyFrom = tagAt + HEAD_BYTES;
    this.valueFrom = this.keyFrom + this.buffer.readUInt32LE(tagAt + 1);
    this.end = this.valueFrom + this.buffer.readUInt32LE(tagAt + 5);
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

/** Where the record ends whose tag is at `tagAt`. */
export const recordEnd = (buffer: Buffer, tagAt: number): number =>
  tagAt + HEAD_BYTES + buffer.readUInt32LE(tagAt + 1) + buffer.readUInt32LE(tagAt + 5);

/**
 * Shows `visitor` the records of the payload `buffer[from, to)`, whose frame's checksum is right.
 * @param version of the file
 * @throws MalformedRecordError
 */
export function visitRecords(
  buffer: Buffer,
  from: number,
  to: number,
  version: number,
  visitor: RecordVisitor,
): void {
  const record = new Walk(buffer);
  const guard = guardBytes(version);
  for (let at = from; at < to; at = record.end) {
    if (at + guard + HEAD_BYTES > to) throw new MalformedRecordError('a record is cut off');
    if (guard > 0 && buffer[at] !== RECORD_MARKER) throw new MalformedRecordError('no record begins here');
    record.move(at + guard);
    if (record.end > to) throw new MalformedRecordError('a record is cut off');
    if (!show(record, visitor)) throw new MalformedRecordError(`a record has the unknown tag ${record.tag}`);
  }
}

/**
 * Shows `visitor` every record of the present version in `buffer[from, to)` that is whole, whatever is around it.
 * @param seed of the file
 * @param found called with where each begins and ends
 */
export function visitWhole(
  buffer: Buffer,
  from: number,
  to: number,
  seed: number,
  visitor: RecordVisitor,
  found: (at: number, end: number) => void,
): void {
  const record = new Walk(buffer);
  const guard = guardBytes(FORMAT_VERSION);
  for (let at = from; ; ) {
    at = buffer.indexOf(RECORD_MARKER, at);
    if (at < 0 || at + RECORD_HEADER_BYTES > to) return;
    record.move(at + guard);
    if (record.end > to || !isSealed(buffer, at, record.end, seed)) {
      at += 1;
      continue;
    }
    if (show(record, visitor)) found(at, record.end);
    at = record.end;
  }
}

/** False when the program knows no such record. */
function show(record: Walk, visitor: RecordVisitor): boolean {
  if ((record.tag & KNOWN_TAG) !== record.tag) return false;
  switch (record.tag & KIND_MASK) {
    case RECORD.SET:
      visitor.put(record);
      return true;
    case RECORD.PATCH:
      visitor.patch(record);
      return true;
    case RECORD.DELETE:
      visitor.delete(record.key());
      return true;
    case RECORD.CLEAR:
      visitor.clear(record.key());
      return true;
    case RECORD.END:
      visitor.end(Number(record.value()));
      return true;
    default:
      return false;
  }
}
