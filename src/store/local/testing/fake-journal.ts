import { setImmediate as tick } from 'node:timers/promises';
import type { StoreHealth } from '../../port.js';
import type { Journal, JournalRecord } from '../journal.js';
import { STORE_KEY } from '../records.js';

/** A durable backend in a Map, whose writes take a tick and fail when told to. */
export class FakeJournal implements Journal {
  readonly kind = 'fake';
  readonly records: Map<string, string>;
  /** Sizes of the batches written so far. */
  readonly batches: number[] = [];
  /** Fails the next writes. */
  failing = false;
  closed = false;

  constructor(records = new Map<string, string>()) {
    this.records = records;
  }

  async load(visit: (key: string, value: string) => void): Promise<void> {
    for (const [key, value] of this.records) visit(key, value);
  }

  async write(
    records: readonly JournalRecord[],
    removals: readonly string[],
    durable: () => void,
  ): Promise<void> {
    await tick();
    if (this.failing) throw new Error('no space left on device');
    for (const { key, value } of records) this.records.set(key, value);
    for (const key of removals) this.records.delete(key);
    const written = records.filter(({ key }) => key !== STORE_KEY).length;
    if (written > 0 || removals.length > 0) this.batches.push(written);
    durable();
  }

  health(): StoreHealth {
    return { writable: true };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
