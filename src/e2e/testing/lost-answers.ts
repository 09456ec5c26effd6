import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { FUNCTION } from '../../../generated/constants.js';
import type { UpdateResult } from '../../../generated/functions.js';
import { Caller } from './caller.js';
import { config, startServer, temporaryDirectory } from './server.js';

/** Writes that one kill cuts off, each of an item of its own. */
const WRITES = 64;
const AT = { stream_name: 's', group_id: 'g' };
const OPS = [{ type: 'increment', path: '', by: 1 }];
/** Milliseconds of writing before a kill, at most. */
const MAX_MS = 40;

export interface LostAnswersOptions {
  /** Writes whose answer has to be lost, in all. */
  readonly rounds: number;
  /** YAML of the adapter. */
  readonly adapter: string;
}

export interface LostAnswers {
  /** Answers that were lost. */
  readonly lost: number;
  /** Of those, writes that had been applied nevertheless. */
  readonly duplicates: number;
  readonly kills: number;
}

/**
 * Kills a server between writes and their answers, repeats what was not answered by its key, and checks that each
 * write took effect once.
 */
export async function lostAnswers({ rounds, adapter }: LostAnswersOptions): Promise<LostAnswers> {
  await using directory = await temporaryDirectory();
  const start = () => startServer({ yaml: config(adapter), directory: directory.path });
  let [lost, duplicates, kills] = [0, 0, 0];
  let unanswered: readonly number[] = [];
  for (; lost < rounds || unanswered.length > 0; kills += 1) {
    await using server = await start();
    await using caller = await Caller.open(server.engineUrl);
    const write = async (item: number, round: number): Promise<UpdateResult> => {
      const payload = {
        ...AT,
        item_id: `i${item}`,
        ops: OPS,
        return: 'rev',
        idempotency_key: `${round}/${item}`,
      };
      return (await caller.call(FUNCTION.update, payload)) as UpdateResult;
    };
    for (const { outcome } of await Promise.all(unanswered.map((item) => write(item, kills - 1)))) {
      assert(outcome === 'applied' || outcome === 'duplicate', outcome);
      if (outcome === 'duplicate') duplicates += 1;
    }
    unanswered = [];
    const expected = Array.from({ length: kills === 0 ? 0 : WRITES }, () => kills);
    assert.deepEqual(await caller.list('s', 'g'), expected, 'each write took effect once');
    if (lost >= rounds) return { lost, duplicates, kills };
    const asked = Array.from({ length: WRITES }, (_, item) => write(item, kills));
    const settled = Promise.allSettled(asked);
    await Promise.race([settled, wait(Math.random() * MAX_MS)]);
    await server.kill();
    const replies = await settled;
    unanswered = [...replies.keys()].filter((item) => replies[item]!.status === 'rejected');
    lost += unanswered.length;
  }
  return { lost, duplicates, kills };
}
