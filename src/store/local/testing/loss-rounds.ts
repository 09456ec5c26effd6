import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KvConfig } from '../../../../generated/config.js';
import type { Change, CustomEvent } from '../../../domain/change.js';
import type { Eventual } from '../../../domain/deferred.js';
import { asJson } from '../../../domain/json-text.js';
import { createLogger } from '../../../observability/logger.js';
import { MemoryFs } from '../../log/testing/memory-fs.js';
import { randomFrom } from '../../log/testing/model.js';
import { DIRECTORY } from '../../log/testing/open.js';
import { updating } from '../../testing/updating.js';
import { openFileJournal } from '../file-journal.js';
import type { Journal } from '../journal.js';
import { LocalStore } from '../local-store.js';
import { Follower, GROUP } from './follower.js';

const logger = createLogger({ level: 'silent', format: 'json' });
const FOLLOWERS = 4;
const ITEMS = 8;
const HOUR = 3_600_000;

export interface LossOptions {
  readonly durability: 'always' | 'interval';
  readonly rounds: number;
  readonly seed: number;
  /** Makes the store one that breaks its promises. */
  readonly spoil?: (journal: Journal) => Journal;
  readonly onRound?: (round: number, end: string) => void;
}

/**
 * Load, then a clean end, a kill or a power cut under a clock that may be set back; then everybody comes back, and each
 * follower's copy has to equal the list, and its timestamps to rise.
 * @throws AssertionError naming the round
 */
export async function lossRounds({ durability, rounds, seed, spoil, onRound }: LossOptions): Promise<void> {
  const chance = randomFrom(seed);
  const followers = Array.from({ length: FOLLOWERS }, () => new Follower());
  const config: KvConfig = {
    store_method: 'file_based',
    file_path: DIRECTORY,
    durability,
    save_interval_ms: 50,
    max_queued_bytes: 1 << 26,
    tombstones: { max_per_group: 6, max_age_ms: HOUR },
  };
  const options = { tombstones: { maxPerGroup: 6, maxAgeMs: HOUR }, maxQueuedBytes: 1 << 26 };
  let fs = new MemoryFs();
  let boot = 1;
  let offset = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const identity = { pid: 1, boot: `boot-${boot}`, namespace: '', started: 'never' };
    const opened = await openFileJournal(config, { logger, fs, segmentBytes: 8_000, identity });
    const journal = spoil?.(opened) ?? opened;
    const wall = offset;
    const store = await LocalStore.open({ ...options, now: () => Date.now() + wall }, journal);
    let isUp = true;
    let wrong: unknown;
    // What is thrown here would end the write that tells of it, and not the round.
    const tell = (one: Change | CustomEvent): void => {
      try {
        if (isUp) for (const follower of followers) follower.take(one);
      } catch (error) {
        wrong ??= error;
      }
    };
    store.listen({ change: tell, event: tell, committed() {}, gap() {} });
    // Who stays away meets a seq that was given out twice.
    for (const follower of followers) if (chance() < 0.6) follower.join(store, `round ${round}`);
    const writes = await load(store, followers, chance);
    // What is under way when it ends was told to nobody, or to everybody.
    const end = chance();
    const image = fs.clone();
    const isAway = end > 0.3;
    if (isAway) isUp = false;
    for (const follower of followers) follower.isLive = false;
    await Promise.allSettled(writes);
    await store[Symbol.asyncDispose]();
    if (wrong !== undefined) throw wrong;
    if (isAway) fs = end < 0.6 ? image : image.afterPowerCut(chance);
    if (end >= 0.6) boot += 1;
    if (chance() < 0.2) offset -= Math.floor(chance() * HOUR);
    onRound?.(round, isAway ? (end < 0.6 ? 'kill' : 'power cut') : 'clean');
  }
}

async function load(
  store: LocalStore,
  followers: Follower[],
  chance: () => number,
): Promise<Promise<unknown>[]> {
  const writes: Promise<unknown>[] = [];
  const keep = (one: Eventual<unknown>): number => writes.push(Promise.resolve(one));
  const steps = 20 + Math.floor(chance() * 150);
  for (let step = 0; step < steps; step += 1) {
    const address = { ...GROUP, item: `i${Math.floor(chance() * ITEMS)}` };
    const kind = chance();
    const isLong = (store.get(address)?.length ?? 0) > 512;
    if (isLong && kind < 0.7)
      keep(store.commit(address, updating({ type: 'append', path: '', value: ` ${step}` })));
    else if (kind < 0.1)
      keep(store.commit(address, { kind: 'set', value: asJson(`"${'long '.repeat(200)}"`) }));
    else if (kind < 0.55) keep(store.commit(address, { kind: 'set', value: asJson(`"${chance()}"`) }));
    else if (kind < 0.85) keep(store.commit(address, { kind: 'delete' }));
    else keep(store.publish({ ...GROUP, item: undefined, type: 'e', data: asJson('1') }));
    if (chance() < 0.1) await nextTurn();
    if (chance() < 0.05) await Promise.all(writes);
    const follower = followers[Math.floor(chance() * followers.length)]!;
    if (chance() < 0.05) {
      if (follower.isLive) follower.isLive = false;
      else follower.join(store, `step ${step}`);
    }
  }
  if (chance() < 0.5) {
    await Promise.all(writes);
    for (const follower of followers) if (follower.isLive) follower.assertEqual(store, 'live');
  }
  assert.ok(store.health().writable);
  return writes;
}
