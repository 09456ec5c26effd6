import { readFile, readlink } from 'node:fs/promises';

/** Names one process for as long as the machine is up: a pid alone is soon another's. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Of the machine's current boot; empty where the system does not tell. */
  readonly boot: string;
  /** The pid's namespace: in another container the same pid is another process. */
  readonly namespace: string;
  /** When the process began, in ticks since the boot; empty where the system does not tell. */
  readonly started: string;
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  const [boot, namespace, { started }] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
    statOf(process.pid),
  ]);
  return { pid: process.pid, boot: boot.trim(), namespace, started };
}

/** Undefined when the text is none, as after a crash in the middle of writing it. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value = JSON.parse(text) as ProcessIdentity | null;
    return typeof value?.pid === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process lives; undefined when it cannot be seen from here (another machine or container). */
export async function isAlive(other: ProcessIdentity, own: ProcessIdentity): Promise<boolean | undefined> {
  if (other.boot !== own.boot || other.namespace !== own.namespace) return undefined;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const { state, started } = await statOf(other.pid);
  return !ENDED.has(state) && started === other.started;
}

/** States of a process that has ended and whose parent has not asked how: it writes nothing any more. */
const ENDED: ReadonlySet<string> = new Set(['Z', 'X']);

async function statOf(pid: number): Promise<{ state: string; started: string }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in parentheses and may hold anything; the state is field 3, the start 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', started: fields[19] ?? '' };
}
