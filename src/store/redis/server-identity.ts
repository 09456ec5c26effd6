import type { Redis } from 'ioredis';

/** Stands for no server that replication continued from. */
const NONE = /^0*$/;

/** What a server says of itself; undefined when it may not be asked. */
interface ServerIdentity {
  /** Another one after every start of the process. */
  readonly run: string;
  /** The history that it took over when it was promoted; empty when it never was. */
  readonly promotedFrom: string;
  readonly isReplica: boolean;
}

async function identityOf(server: Redis): Promise<ServerIdentity | undefined> {
  try {
    const [process, replication] = await Promise.all([server.info('server'), server.info('replication')]);
    const promotedFrom = /^master_replid2:(\w+)/m.exec(replication)?.[1] ?? '';
    return {
      run: /^run_id:(\w+)/m.exec(process)?.[1] ?? '',
      promotedFrom: NONE.test(promotedFrom) ? '' : promotedFrom,
      isReplica: /^role:slave/m.test(replication),
    };
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return undefined;
    throw error;
  }
}

/** The servers that hold the keys: `<run>[/<promoted from>]`, sorted; or why that cannot be told. */
export type ServerIdentities = readonly string[] | 'replica' | 'unknown';

export async function identitiesOf(servers: readonly Redis[]): Promise<ServerIdentities> {
  const texts: string[] = [];
  for (const identity of await Promise.all(servers.map(identityOf))) {
    if (identity === undefined || identity.run === '') return 'unknown';
    if (identity.isReplica) return 'replica';
    texts.push(identity.promotedFrom === '' ? identity.run : `${identity.run}/${identity.promotedFrom}`);
  }
  return texts.sort();
}

/**
 * True when the servers that are there now hold all that those of the record held: each is a process of the record that
 * was not promoted since. A server forgets what it was promoted from, which is no loss.
 */
export function isUnbroken(recorded: string, now: readonly string[]): boolean {
  const known = recorded.split(',');
  return now.every((one) => known.some((other) => other === one || other.startsWith(`${one}/`)));
}
