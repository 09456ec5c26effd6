import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../targets/build.js';
import { guard } from '../targets/child.js';
import { scratch } from '../targets/scratch.js';
import { startOwn, type Target } from '../targets/target.js';
import type { Scenario } from './scenario.js';

const ITEMS = 1_000_000;
const FILL = join(ROOT, 'src/bench/load/fill-store.ts');
const TSX = import.meta.resolve('tsx');

/** A store of a million items on disk, opened by a server anew in each round; no load needs the other core. */
const opened = (
  name: string,
  unit: Scenario['unit'],
  bound: number,
  figure: (target: Target) => Promise<number> | number,
): Scenario => ({
  name,
  unit,
  bound,
  series: ({ builds, scale }) =>
    builds.map(({ name: build, main }) => ({
      name: build,
      open: async () => {
        const directory = await scratch();
        const count = String(Math.ceil(ITEMS / scale));
        const args = ['--import', TSX, FILL, main, directory.path, count];
        const filled = promisify(execFile)(process.execPath, args);
        guard(filled.child);
        await filled;
        const adapter = `name: kv\n  config: { store_method: file_based, file_path: '${directory.path}' }`;
        return {
          run: async () => {
            await using target = await startOwn({ name: build, main, core: undefined, adapter });
            return figure(target);
          },
          close: () => {},
          [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
        };
      },
    })),
  goals: [],
});

export const STORE: readonly Scenario[] = [
  opened('memory/store-1m', 'bytes', 700_000_000, (target) => target.memory()),
  opened('start-up/store-1m', 'ms', 3_000, (target) => target.readyAfter),
];
