import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonText } from '../../../generated/json-text.js';
import type { ItemAddress } from '../../domain/change.js';
import { whenReady } from '../../domain/deferred.js';
import { bounded } from '../log/state.js';
import type { Ownership, OwnershipEvents } from '../port.js';
import type { Catalog } from './catalog.js';
import { joinedKey } from './records.js';
import type { Writer } from './writer.js';

/** Milliseconds until removals that failed are tried again. */
const RETRY = 1_000;
/** Milliseconds that handlers have to be registered after a start. */
const PATIENCE = 600_000;
/** Milliseconds that one slice of removals may take. */
const SLICE = 5;

/**
 * Owners in a store of one process: whoever else owned an item is gone. What the former process left behind is removed a
 * grace after the start, so that its clients can come back before.
 */
export class FormerOwners implements Ownership {
  readonly process = randomBytes(9).toString('base64url');
  readonly #catalog: Catalog;
  readonly #writer: Writer;
  #events: OwnershipEvents | undefined;
  #telling: NodeJS.Timeout | undefined;
  /** Subscriptions whose record is on its way; true = they ended meanwhile. */
  readonly #joining = new Map<string, boolean>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(catalog: Catalog, writer: Writer) {
    this.#catalog = catalog;
    this.#writer = writer;
  }

  begin(events: OwnershipEvents): void {
    const { usage, formerJoins } = this.#catalog;
    this.#events = events;
    const graceMs = events.graceMs();
    if (usage.owned > 0) this.#removeIn(graceMs);
    if (formerJoins.size > 0) this.#tellIn(graceMs, performance.now() + PATIENCE);
  }

  joined(id: string, joined: JsonText): void {
    const { queue } = this.#writer.parts;
    if (queue === undefined || !queue.writable()) return;
    const record = { key: joinedKey(id), value: joined };
    try {
      this.#writer.prepare(queue);
      queue.push({
        records: [record],
        bytes: record.key.length + joined.length,
        settle: () => {
          const isLeft = this.#joining.get(id);
          this.#joining.delete(id);
          if (isLeft === true) this.left(id);
        },
      });
      this.#joining.set(id, false);
    } catch {
      // Too much waits for the disk: only a crash is not told.
    }
  }

  left(id: string): void {
    // A batch removes nothing that it writes.
    if (this.#joining.has(id)) this.#joining.set(id, true);
    else this.#writer.parts.queue?.tryPush({ records: [], removals: [joinedKey(id)], bytes: 0, settle() {} });
  }

  note(): void {}

  forget(): void {}

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#telling);
  }

  #removeIn(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#removeAll(), ms).unref();
  }

  /** Tells those of whom somebody is told by now; workers register their handlers after a start. */
  #tellIn(ms: number, until: number): void {
    if (this.#stopped) return;
    this.#telling = setTimeout(() => {
      const isLast = performance.now() > until;
      for (const [key, text] of this.#catalog.formerJoins) {
        const isTold = this.#events!.tells(text as JsonText);
        if (isTold || isLast) this.#tell(key, text as JsonText, isTold);
      }
      if (this.#catalog.formerJoins.size > 0) this.#tellIn(RETRY, until);
    }, ms).unref();
  }

  /** The record goes first: a crash must not have it told twice. */
  #tell(key: string, joined: JsonText, isTold: boolean): void {
    const settle = (error: unknown): void => {
      if (error !== undefined) this.#catalog.formerJoins.set(key, joined);
      else if (isTold) this.#events!.crashed(joined);
    };
    const isPushed = this.#writer.parts.queue?.tryPush({ records: [], removals: [key], bytes: 0, settle });
    if (isPushed === true) this.#catalog.formerJoins.delete(key);
  }

  async #removeAll(): Promise<void> {
    const own = `${this.process}.`;
    let failed = 0;
    const removals: Promise<void>[] = [];
    let sliceEnd = performance.now() + SLICE;
    for (const group of this.#catalog.stable()) {
      const { stream, group: name, items } = group;
      for (const { id, extras } of bounded(items.values(), items.size)) {
        const owner = extras?.owner;
        if (owner !== undefined && !owner.startsWith(own)) {
          const removal = this.#remove({ stream, group: name, item: id }, owner);
          removals.push(removal.catch(() => void failed++));
        }
        if (performance.now() < sliceEnd) continue;
        await nextTurn();
        if (this.#stopped) return;
        sliceEnd = performance.now() + SLICE;
      }
    }
    await Promise.all(removals);
    if (failed > 0) this.#removeIn(RETRY);
  }

  /** Rejects where the store takes no writes now, which its health says. */
  #remove(at: ItemAddress, owner: string): Promise<void> {
    const guard = { condition: { kind: 'owner', owner } } as const;
    return new Promise((resolve, reject) => {
      const removal = this.#writer.commit(at, { kind: 'delete', reason: 'owner_left', guard }, undefined);
      whenReady(removal, () => resolve(), reject);
    });
  }
}
