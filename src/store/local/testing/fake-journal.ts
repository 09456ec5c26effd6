import { setImmediate as tick } from 'node:timers/promises';
import type { StoreHealth } from '../../port.js';
import type { Journal, JournalRecord } from '../journal.js';

/** A durable backend in a Map, whose writes take a tick and fail when told to. */
export class FakeJournal implements Journal {
  readonly kind = 'fake';
  readonly atomic: boolean;
  readonly records: Map<string, string>;
  /** Sizes of the batches written so far. */
  readonly batches: number[] = [];
  /** Fails the next writes; a non-atomic one leaves its first half behind. */
  failing = false;
  closed = false;

  constructor(atomic = true, records = new Map<string, string>()) {
    this.atomic = atomic;
    this.records = records;
  }

  async load(visit: (key: string, value: string) => void): Promise<void> {
    for (const [key, value] of this.records) visit(key, value);
  }

  async write(records: readonly JournalRecord[]): Promise<void> {
    await tick();
    const kept = this.failing ? (this.atomic ? 0 : records.length >> 1) : records.length;
    for (const { key, value } of records.slice(0, kept)) this.records.set(key, value);
    if (this.failing) throw new Error('no space left on device');
    this.batches.push(records.length);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.records.delete(key);
  }

  health(): StoreHealth {
    return { writable: true };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
