import assert from 'node:assert/strict';
import type { Change, Cursor, CustomEvent } from '../../../domain/change.js';
import type { LocalStore } from '../local-store.js';

export const GROUP = { stream: 's', group: 'g' };

/** One client of the group: holds a copy, goes away, and comes back with its cursor. */
export class Follower {
  isLive = false;
  /** By creation order. */
  #items = new Map<string, { readonly created: number; readonly value: string }>();
  #cursor: Cursor | undefined;
  #last = 0;
  #where = '';

  /** Resumes from its cursor, or starts with a sync. */
  join(store: LocalStore, where: string): void {
    this.#where = where;
    const since = this.#cursor && store.changesSince(GROUP, this.#cursor);
    if (since?.kind === 'changes') {
      for (const change of since.changes) this.#apply(change);
      this.#cursor = { epoch: since.epoch, seq: since.seq };
    } else {
      const snapshot = since?.snapshot ?? store.snapshot(GROUP);
      // Equal where a change is on its way; it shows what was told then.
      const isRepeat = snapshot.epoch === this.#cursor?.epoch && snapshot.timestamp === this.#last;
      if (!isRepeat) this.#stamp(snapshot.timestamp, 'sync');
      this.#items = new Map(snapshot.items.map(({ id, created, value }) => [id, { created, value }]));
      this.#cursor = snapshot;
    }
    this.isLive = true;
    this.assertEqual(store, `${where}, after it came back (${since?.kind ?? 'sync'})`);
  }

  take(one: Change | CustomEvent): void {
    if (!this.isLive) return;
    if ('kind' in one) this.#apply(one);
    else this.#stamp(one.timestamp, 'event');
  }

  /** @throws AssertionError unless the copy is what the store has committed */
  assertEqual(store: LocalStore, where: string): void {
    const copy = [...this.#items].sort(([, a], [, b]) => a.created - b.created);
    const snapshot = store.snapshot(GROUP);
    const { items } = snapshot;
    assert.deepEqual(
      copy.map(([id, { value }]) => [id, value]),
      items.map(({ id, value }) => [id, value]),
      where,
    );
  }

  #apply(change: Change): void {
    const { item, kind, seq, epoch, created, value } = change;
    this.#stamp(change.timestamp, `${kind} of ${item}, seq ${seq}`);
    const held = this.#items.get(item)?.created;
    if (kind === 'delete') this.#items.delete(item);
    else
      this.#items.set(item, {
        created: kind === 'create' ? (created ?? seq) : (held ?? created ?? seq),
        value,
      });
    this.#cursor = { epoch, seq };
  }

  #stamp(timestamp: number, what: string): void {
    assert.ok(timestamp > this.#last, `${this.#where}: ${what} has ${timestamp}, after ${this.#last}`);
    this.#last = timestamp;
  }
}
