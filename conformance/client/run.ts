import { type ClientCase, Script } from './script.js';

/** What became of one script. */
export interface ClientResult {
  readonly id: string;
  /** Why it failed. */
  readonly reason?: string;
}

/** Runs scripts, each with a client and a server of its own. */
export async function gradeClient(
  command: string,
  cases: readonly ClientCase[],
  { concurrency, patience }: { concurrency: number; patience: number },
): Promise<readonly ClientResult[]> {
  const results: ClientResult[] = [];
  const waiting = cases.entries();
  const lane = async (): Promise<void> => {
    for (const [at, one] of waiting) results[at] = await runOne(command, one, patience);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return results;
}

async function runOne(command: string, one: ClientCase, patience: number): Promise<ClientResult> {
  await using script = await Script.start(command, one, patience);
  try {
    await one.run(script);
    script.check();
    return { id: one.id };
  } catch (error) {
    return { id: one.id, reason: (error as Error).message.trim() };
  }
}
