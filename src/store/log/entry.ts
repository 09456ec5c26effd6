/** What the log keeps under a key. */
export interface LogEntry {
  readonly key: string;
  readonly value: string;
  /** Writes the record of `key` and `value` itself: their texts are then only made when somebody asks for them. */
  writeTo?(record: RecordWriter): void;
}

/** Where a record is written, part by part: `begin`, the key, `endKey`, the value, `finish`. */
export interface RecordWriter {
  /**
   * @param units what key and value have at most, in UTF-16 units
   * @param isPatch the value says how the one before changes. @default false
   */
  begin(units: number, isPatch?: boolean): void;
  /** @throws StreamError `invalid_input` when it is not ASCII */
  ascii(text: string): void;
  endKey(): void;
  /** Decimal digits of a safe integer that is not negative, and a space. */
  decimal(number: number): void;
  /** Any text, as the last part of the value. @throws StreamError `invalid_input` for half of a surrogate pair */
  text(text: string): void;
  /** Returns what the record takes, in bytes. */
  finish(): number;
}
