import type { JsonText } from '../../../generated/json-text.js';

/** One item, alive or deleted, linked into its group's rev order. There is one per item in memory: fields are few. */
export class Node {
  readonly id: string;
  /** The value, in a string that keeps nothing else alive; of a tombstone what a late delete message carries. */
  value: JsonText;
  /** The seq of the last change. */
  rev: number;
  /** The seq of the change that created it: creation order. 0 = it is deleted. */
  created: number;
  /** The seq of the deletion that its creation followed, 0 = none that is still known. */
  deletedBefore: number;
  /** Milliseconds; of the last change. */
  timestamp: number;
  /** What its record takes in the log. 0 where there is none. */
  bytes: number;
  older: Node | undefined = undefined;
  newer: Node | undefined = undefined;

  constructor(
    id: string,
    value: JsonText,
    rev: number,
    created: number,
    deletedBefore: number,
    timestamp: number,
    bytes: number,
  ) {
    this.id = id;
    this.value = value;
    this.rev = rev;
    this.created = created;
    this.deletedBefore = deletedBefore;
    this.timestamp = timestamp;
    this.bytes = bytes;
  }

  /** Takes over what a later record of the item says. */
  replaceBy({ value, rev, created, deletedBefore, timestamp, bytes }: Node): void {
    this.value = value;
    this.rev = rev;
    this.created = created;
    this.deletedBefore = deletedBefore;
    this.timestamp = timestamp;
    this.bytes = bytes;
  }

  get alive(): boolean {
    return this.created > 0;
  }
}

/** Sums over all nodes of a store. */
export class Usage {
  nodes = 0;
  bytes = 0;

  add(node: Node): void {
    this.nodes += 1;
    this.bytes += node.bytes;
  }

  remove(node: Node): void {
    this.nodes -= 1;
    this.bytes -= node.bytes;
  }
}
