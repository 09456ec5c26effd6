import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const held = new Set<string>();

process.once('exit', () => {
  for (const path of held) rmSync(path, { recursive: true, force: true });
});

/** A temporary directory that goes with its user, and with the process at the latest. */
export async function scratch(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'iii-stream-bench-'));
  held.add(path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await rm(path, { recursive: true, force: true });
      held.delete(path);
    },
  };
}
