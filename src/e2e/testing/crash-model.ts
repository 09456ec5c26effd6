import assert from 'node:assert/strict';
import { FUNCTION } from '../../../generated/constants.js';
import type { Caller } from './caller.js';

export const STREAM = 'crash';
export const GROUPS = ['g0', 'g1', 'g2'];
const ITEMS_PER_LANE = 4;

/** What changes of an item: a number of its own for each state, and what was appended since it was set. */
interface State {
  readonly n: number;
  readonly text: string;
}

export interface Value extends State {
  readonly id: string;
}

/** What is on its way when the server dies. */
interface Asked {
  readonly group: string;
  readonly item: string;
  /** The item afterwards; undefined = gone. */
  readonly next: State | undefined;
}

const stateOf = ({ n, text }: Value): State => ({ n, text });

/** Everything that was acknowledged in one group. */
class GroupModel {
  readonly items = new Map<string, State>();
  counter = 0;
  /** Changes that were acknowledged, or found after a kill. */
  seq = 0;
}

/**
 * What a store must hold after it was killed. A lane is one caller that waits for each answer; all of them also count on
 * one shared counter per group, so that the order of changes mixes.
 */
export class CrashModel {
  readonly groups = new Map(GROUPS.map((group) => [group, new GroupModel()]));
  readonly #asked = new Map<number, Asked>();
  readonly #valueBytes: number;
  #unique = 0;
  acknowledged = 0;

  /** @param valueBytes what a value is padded to, at most */
  constructor(valueBytes: number) {
    this.#valueBytes = valueBytes;
  }

  group(name: string): GroupModel {
    return this.groups.get(name) as GroupModel;
  }

  /** Writes until the connection ends. */
  async write(caller: Caller, lane: number, chance: () => number): Promise<void> {
    for (;;) {
      const group = GROUPS[Math.floor(chance() * GROUPS.length)] as string;
      const item = chance() < 0.2 ? 'counter' : `lane${lane}-${Math.floor(chance() * ITEMS_PER_LANE)}`;
      try {
        await this.#step(caller, lane, group, item, chance());
      } catch (error) {
        if ((error as Error).message === 'connection closed') return;
        throw error;
      }
      this.acknowledged += 1;
      this.#asked.delete(lane);
    }
  }

  async #step(caller: Caller, lane: number, group: string, item: string, kind: number): Promise<void> {
    const model = this.group(group);
    const at = { stream_name: STREAM, group_id: group, item_id: item };
    if (item === 'counter') {
      this.#asked.set(lane, { group, item, next: undefined });
      await caller.call(FUNCTION.update, { ...at, ops: [{ type: 'increment', path: 'n', by: 1 }] });
      model.counter += 1;
      model.seq += 1;
      return;
    }
    const before = model.items.get(item);
    if (kind < 0.2 && before !== undefined) {
      this.#asked.set(lane, { group, item, next: undefined });
      await caller.call(FUNCTION.delete, at);
      model.items.delete(item);
    } else {
      this.#unique += 1;
      const n = this.#unique;
      const token = ` ${n}`;
      const isAppend = kind < 0.7 && before !== undefined;
      const next = { n, text: isAppend ? before.text + token : '' };
      this.#asked.set(lane, { group, item, next });
      const ops = [
        { type: 'append', path: 'text', value: token },
        { type: 'increment', path: 'n', by: n - (before?.n ?? 0) },
      ];
      // Most are so long that an update is logged as ops.
      const pad = 'x'.repeat((0.5 + kind / 2) * this.#valueBytes);
      const { new_value } = (await (isAppend
        ? caller.call(FUNCTION.update, { ...at, ops })
        : caller.call(FUNCTION.set, { ...at, data: { id: item, ...next, pad } }))) as { new_value: Value };
      assert.deepEqual(stateOf(new_value), next);
      model.items.set(item, next);
    }
    model.seq += 1;
  }

  /** Compares what is there with what was acknowledged, and takes over what was on its way and is there. */
  check(name: string, found: readonly Value[]): void {
    const model = this.group(name);
    const asked = [...this.#asked.values()].filter(({ group }) => group === name);
    const values = new Map(found.map((value) => [value.id ?? 'counter', stateOf(value)]));
    const counter = values.get('counter')?.n ?? 0;
    values.delete('counter');
    const open = asked.filter(({ item }) => item === 'counter').length;
    assert.ok(
      counter >= model.counter && counter <= model.counter + open,
      `${name}: counter ${counter}, acknowledged ${model.counter}, on their way ${open}`,
    );
    model.seq += counter - model.counter;
    model.counter = counter;
    for (const { item, next } of asked) {
      const isNew = values.get(item)?.n !== model.items.get(item)?.n;
      if (item === 'counter' || !isNew || values.get(item)?.n !== next?.n) continue;
      if (next === undefined) model.items.delete(item);
      else model.items.set(item, next);
      model.seq += 1;
    }
    const sorted = (map: Map<string, State>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual(sorted(values), sorted(model.items), `${name}: what is there and what was acknowledged`);
  }

  checked(): void {
    this.#asked.clear();
  }
}
