import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryFs } from './memory-fs.js';
import { run, type Step } from './model.js';
import { openTest } from './open.js';

const set = (...entries: (readonly [string, string])[]): Step => ({ kind: 'set', entries });

/** Ends in a snapshot. */
const COMPACTED: readonly Step[] = [
  set(['forgotten', 'x']),
  { kind: 'clear', prefix: '' },
  set(['plain', '1 1 0 1700000000000 {"id":"plain"}'], ['wide', '{"text":"→é😀"}'], ['clé/鍵', '1']),
  ...Array.from({ length: 12 }, (_, n) => set(['often', `${n} ${'v'.repeat(60)}`])),
];

/** Every kind of record and of text, in a segment. */
const APPENDED: readonly Step[] = [
  set(['deleted', 'x'], ['old:1', 'x'], ['old:2', 'x'], ['empty', '']),
  { kind: 'delete', keys: ['deleted', 'never', 'clé'] },
  { kind: 'clear', prefix: 'old:' },
  set(['long', 'é'.repeat(200)], ['鍵', 'plain'], ['both/鍵', '→']),
  set(['last', '{}']),
];

/** Writes a small closed store of a snapshot and segments. */
export async function writeExample(): Promise<MemoryFs> {
  const fs = new MemoryFs();
  for (const [steps, segmentBytes] of [
    [COMPACTED, 400],
    [APPENDED, 1e6],
  ] as const) {
    const log = await openTest({ fs, segmentBytes });
    for (const step of steps) {
      await run(log, step);
      // Whatever compaction this set off is over before the next step.
      for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    }
    await log.close();
  }
  return fs;
}
