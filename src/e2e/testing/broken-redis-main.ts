import { COMMIT_SCRIPT } from '../../store/redis/scripts/commit.js';
import { CHANGES_SCRIPT, SNAPSHOT_SCRIPT } from '../../store/redis/scripts/read.js';
import type { Script } from '../../store/redis/scripts/script.js';

/** The command line with a fault of the environment's choice in its Redis scripts: tests must find it. */
const FAULTS: Readonly<Record<string, readonly [find: string, put: string]>> = {
  'keeps its epoch': ['renewed = not theirs or', 'renewed = theirs == 0 and'],
  'equal first stamp': [
    'last = candidate > last and candidate or last + 1',
    'if seq > 0 or last == 0 then last = candidate > last and candidate or last + 1 end',
  ],
  'half a commit': [
    'for i, message in ipairs(messages) do',
    'for i, message in ipairs(seq % 5 > 0 and messages or {}) do',
  ],
};

const [find, put] = FAULTS[process.env.BROKEN_REDIS ?? ''] ?? ['', ''];
let found = false;
for (const script of [COMMIT_SCRIPT, CHANGES_SCRIPT, SNAPSHOT_SCRIPT] as {
  -readonly [K in keyof Script]: Script[K];
}[]) {
  found ||= script.lua.includes(find);
  script.lua = script.lua.replace(find, put);
}
if (find === '' || !found) throw new Error('no such fault');
await import('../../cli/main.js');
