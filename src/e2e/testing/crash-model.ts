import assert from 'node:assert/strict';
import { FUNCTION } from '../../../generated/constants.js';
import type { Caller } from './caller.js';

export const STREAM = 'crash';
export const GROUPS = ['g0', 'g1', 'g2'];
const ITEMS_PER_LANE = 4;

interface Value {
  readonly id: string;
  readonly n: number;
}

/** What is on its way when the server dies. */
interface Asked {
  readonly group: string;
  readonly item: string;
  /** The item afterwards; undefined = gone. */
  readonly next: number | undefined;
}

/** Everything that was acknowledged in one group. */
class GroupModel {
  readonly items = new Map<string, number>();
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
      // Numbers of their own, so that each state can be told from every other.
      const next = this.#unique;
      this.#asked.set(lane, { group, item, next });
      const answer = (await (kind < 0.5 && before !== undefined
        ? caller.call(FUNCTION.update, { ...at, ops: [{ type: 'increment', path: 'n', by: next - before }] })
        : caller.call(FUNCTION.set, {
            ...at,
            data: { id: item, n: next, pad: 'x'.repeat(kind * this.#valueBytes) },
          }))) as {
        new_value: Value;
      };
      assert.equal(answer.new_value.n, next);
      model.items.set(item, next);
    }
    model.seq += 1;
  }

  /** Compares what is there with what was acknowledged, and takes over what was on its way and is there. */
  check(name: string, found: readonly Value[]): void {
    const model = this.group(name);
    const asked = [...this.#asked.values()].filter(({ group }) => group === name);
    const values = new Map(found.map((value) => [value.id ?? 'counter', value.n]));
    const counter = values.get('counter') ?? 0;
    values.delete('counter');
    const open = asked.filter(({ item }) => item === 'counter').length;
    assert.ok(
      counter >= model.counter && counter <= model.counter + open,
      `${name}: counter ${counter}, acknowledged ${model.counter}, on their way ${open}`,
    );
    model.seq += counter - model.counter;
    model.counter = counter;
    for (const { item, next } of asked) {
      if (item === 'counter' || values.get(item) !== next || model.items.get(item) === next) continue;
      if (next === undefined) model.items.delete(item);
      else model.items.set(item, next);
      model.seq += 1;
    }
    const sorted = (map: Map<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual(sorted(values), sorted(model.items), `${name}: what is there and what was acknowledged`);
  }

  checked(): void {
    this.#asked.clear();
  }
}
