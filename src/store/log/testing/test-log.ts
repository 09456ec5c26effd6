import { EventEmitter } from 'node:events';
import type { StoreHealth } from '../../port.js';
import type { LogEntry } from '../entry.js';
import type { FrameBuilder } from '../frame-builder.js';
import type { Log } from '../log.js';
import { type LogStats, type OpenLogOptions, openLog } from '../log.js';
import { MapState } from '../map-state.js';

/** A log with its texts in Maps. Emits `health`. */
export class TestLog extends EventEmitter<{ health: [StoreHealth] }> implements AsyncDisposable {
  readonly state = new MapState();
  #log: Log | undefined;

  static async open(options: Omit<OpenLogOptions, 'state'>): Promise<TestLog> {
    const test = new TestLog();
    const onHealth = (health: StoreHealth) => test.emit('health', health);
    test.#log = await openLog({ onHealth, ...options, state: test.state });
    return test;
  }

  get log(): Log {
    return this.#log!;
  }

  get(key: string): string | undefined {
    return this.state.get(key);
  }

  entries(): IterableIterator<[string, string]> {
    return this.state.entries();
  }

  set(key: string, value: string): Promise<void> {
    return this.setMany([{ key, value }]);
  }

  setMany(entries: readonly LogEntry[]): Promise<void> {
    return this.log.write(entries, [], () => {
      for (const { key, value } of entries) this.state.set(key, value);
    });
  }

  delete(...keys: string[]): Promise<void> {
    return this.log.write([], keys, () => {
      for (const key of keys) this.state.delete(key);
    });
  }

  /** Writes a record that only older programs write. */
  clear(prefix: string): Promise<void> {
    const writeTo: LogEntry['writeTo'] = (record) => (record as FrameBuilder).clear(prefix);
    return this.log.write([{ key: '', value: '', writeTo }], [], () => this.state.clear(prefix));
  }

  health(): StoreHealth {
    return this.log.health();
  }

  stats(): LogStats {
    return this.log.stats();
  }

  backup(directory: string): Promise<void> {
    return this.log.backup(directory);
  }

  close(): Promise<void> {
    return this.log.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
