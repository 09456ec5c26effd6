import type { UpdateOp } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { AppendsInText } from '../../domain/append-in-text.js';
import { asJson } from '../../domain/json-text.js';
import type { Extras } from '../../domain/lifetime.js';
import { applyUpdate } from '../../domain/update-ops.js';
import type { RecordWriter } from '../log/entry.js';
import type { ItemState, Node, Sequenced } from './node.js';
import { bytesAfter, decodeItem, encodeItem, escapeName, extrasText, readExtras } from './records.js';

// Record layout: spec/records.md.

/** Digits of three safe integers, and what follows each. */
const HEAD_UNITS = 3 * 17;

/** The record of an update that has ops. Returns its bytes. */
export function writeOps(
  record: RecordWriter,
  prefix: string,
  { id, rev, timestamp, extras, change }: Sequenced,
) {
  const { text, from } = change.ops!;
  const name = escapeName(id);
  const more = extras === undefined ? '' : extrasText(extras);
  record.begin(prefix.length + name.length + HEAD_UNITS + more.length + text.length, true);
  record.ascii(prefix);
  record.ascii(name);
  record.endKey();
  record.decimal(rev);
  record.decimal(timestamp);
  record.decimal(from);
  if (more !== '') record.ascii(more);
  record.text(text);
  return record.finish();
}

interface OpsRecord {
  readonly rev: number;
  readonly timestamp: number;
  readonly from: number;
  readonly extras: Extras | undefined;
  readonly ops: readonly UpdateOp[];
}

const HEAD = /^(\d+) (\d+) (\d+) (?:(\+\S+) )?/;

/** Undefined when it is malformed. */
function readOps(text: string): OpsRecord | undefined {
  const [head = '', ...parts] = HEAD.exec(text) ?? [];
  const [rev = 0, timestamp = 0, from = 0] = parts.slice(0, 3).map(Number);
  const extras = parts[3] === undefined ? undefined : readExtras(parts[3]);
  if (from < 1 || rev <= from || (parts[3] !== undefined && extras === undefined)) return undefined;
  try {
    const ops: unknown = JSON.parse(text.slice(head.length));
    return Array.isArray(ops) ? { rev, timestamp, from, extras, ops } : undefined;
  } catch {
    // The log reports the record as damage.
    return undefined;
  }
}

/** Takes the log's records of ops while it is read. */
export class OpsReader {
  readonly #appends = new AppendsInText();

  /**
   * Applies a record to the item as the log said before. False: it does not go on from there, and the item is as it was.
   *
   * @param key of the record
   * @param bytes of the record
   */
  apply(key: string, node: Node, text: string): boolean {
    const record = readOps(text);
    if (record === undefined) return false;
    // A snapshot was ahead of its segment.
    if (record.rev <= node.rev) return true;
    if (!node.alive || record.from !== node.rev) return false;
    const value = this.#applied(key, node.value, record.ops);
    if (value === undefined) return false;
    const { id, created, deletedBefore } = node;
    const { rev, timestamp, extras } = record;
    const state: ItemState = { id, value, rev, created, deletedBefore, timestamp, extras, run: undefined };
    node.become(state, bytesAfter(node, state));
    return true;
  }

  /** The same from text to text. */
  readonly patched = (key: string, base: string, text: string): string | undefined => {
    let node: Node;
    try {
      node = decodeItem('', base);
    } catch {
      // What is no item is nobody's base.
      return undefined;
    }
    return this.apply(key, node, text) ? encodeItem(node) : undefined;
  };

  /** Undefined when the ops do not succeed as they did. */
  #applied(key: string, value: JsonText, ops: readonly UpdateOp[]): JsonText | undefined {
    const grown = this.#appends.apply(key, value, ops);
    if (grown !== undefined) return grown;
    try {
      const updated = applyUpdate(value, ops);
      return updated.errors.length === 0 ? asJson(updated.value) : undefined;
    } catch {
      // They were never applied to this value.
      return undefined;
    }
  }
}
