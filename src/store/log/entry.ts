/** What a set request keeps under a key. */
export interface LogEntry {
  readonly key: string;
  readonly value: string;
}

/** An entry that writes its record itself. Its texts are then only made when somebody asks for them. */
export interface SelfWriting extends LogEntry {
  /** What the record takes at least. */
  readonly bytes: number;
  /** Writes the record of `key` and `value`. */
  writeTo(record: RecordWriter): void;
}

/** Where a set record is written, part by part: `begin`, the key, `endKey`, the value, `finish`. */
export interface RecordWriter {
  /** @param units what key and value have at most, in UTF-16 units */
  begin(units: number): void;
  /** @throws StreamError `invalid_input` when it is not ASCII */
  ascii(text: string): void;
  endKey(): void;
  /** Decimal digits of a safe integer that is not negative. */
  decimal(number: number): void;
  /** Any text, as the last part of the value. @throws StreamError `invalid_input` for half of a surrogate pair */
  text(text: string): void;
  /** Answers what the record takes, in bytes. */
  finish(): number;
}

export const isSelfWriting = (entry: LogEntry): entry is SelfWriting =>
  (entry as Partial<SelfWriting>).writeTo !== undefined;
