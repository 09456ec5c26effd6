import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { FUNCTION } from '../../../generated/constants.js';
import { Caller } from './caller.js';
import { LOSSY_REDIS } from './lossy-redis.js';
import { config, type RunningServer, startServer, temporaryDirectory } from './server.js';
import { StrictCopy } from './strict-copy.js';

const STREAM = 's';
const GROUPS = ['g0', 'g1', 'g2'];
const ITEMS = 15;
/** Calls that one node has in flight. */
const LANES = 4;
/** Milliseconds that a reply which is late is waited for, to say so. */
const GIVE_UP_MS = 20_000;
/** Milliseconds until every copy must equal the list. */
const CONVERGE_MS = 5_000;

export interface LossOptions {
  readonly redis: keyof typeof LOSSY_REDIS;
  readonly rounds: number;
  /** @default the command line */
  readonly main?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const chance = (share: number): boolean => Math.random() < share;
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;

interface Node {
  readonly server: RunningServer;
  readonly caller: Caller;
}

/**
 * Rounds of load on two nodes, cuts, loss and resume. After each, every client's copy must equal the list within 5 s;
 * what a client gets must strictly rise (`StrictCopy`).
 */
export async function lossRounds({ redis: kind, rounds, main, env = {} }: LossOptions): Promise<void> {
  await using redis = await LOSSY_REDIS[kind]();
  await using directory = await temporaryDirectory();
  const yaml = config(`name: redis\nconfig: { redis_url: "${redis.url}", command_timeout_ms: 1000 }`);
  const start = async (): Promise<Node> => {
    const server = await startServer({
      yaml,
      directory: directory.path,
      env,
      ...(main === undefined ? {} : { main }),
    });
    return { server, caller: await Caller.open(server.engineUrl) };
  };
  const nodes = [await start(), await start()];
  try {
    const copies: StrictCopy[] = [];
    for (const { server } of nodes) {
      for (const group of [...GROUPS, ...GROUPS])
        copies.push(new StrictCopy(server.streamUrl, STREAM, group));
    }
    await Promise.all(copies.map(connected));
    for (let round = 1; round <= rounds; round++) {
      const writing = load(nodes);
      await wait(30 + Math.random() * 150);
      const away = copies.filter(() => chance(0.3));
      for (const copy of away) copy.cut();
      await redis.keep();
      await wait(10 + Math.random() * 100);
      const isQuiet = chance(0.5);
      if (isQuiet) await writing.stop();
      await redis.lose();
      if (!isQuiet) await wait(300);
      await writing.stop();
      if (round % 5 === 0) await replace(nodes, start, copies, away);
      for (const copy of away) copy.url = pick(nodes).server.streamUrl;
      await Promise.all(away.map(connected));
      await freshGroups(nodes, round);
      // Once more writes were made than were lost, a seq alone tells nothing.
      if (chance(0.5)) await overtake(nodes);
      await converged(nodes, copies, `${kind}, round ${round}`);
    }
    for (const copy of copies) copy.cut();
  } finally {
    for (const { server, caller } of nodes) {
      await caller[Symbol.asyncDispose]();
      await server.kill();
    }
  }
}

/** Connects, also when the node cannot ask Redis yet. */
async function connected(copy: StrictCopy): Promise<void> {
  const began = performance.now();
  const connecting = copy.connect();
  if ((await Promise.race([connecting, wait(CONVERGE_MS, 'late', { ref: false })])) !== 'late') return;
  // Whether it came at all tells a slow machine from a reply that is lost.
  const never = wait(GIVE_UP_MS, 'never', { ref: false });
  const came = (await Promise.race([connecting, never])) !== 'never';
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const socket = copy.connected ? 'open' : 'closed';
  assert.fail(
    `no first reply within 5 s: ${came ? 'it came' : 'none came'} after ${seconds} s, the socket is ${socket}`,
  );
}

/** A node is killed, and another one starts in its place. */
async function replace(
  nodes: Node[],
  start: () => Promise<Node>,
  copies: readonly StrictCopy[],
  away: StrictCopy[],
): Promise<void> {
  const old = nodes[0] as Node;
  for (const copy of copies) {
    if (copy.url !== old.server.streamUrl || away.includes(copy)) continue;
    copy.cut();
    away.push(copy);
  }
  await old.caller[Symbol.asyncDispose]();
  await old.server.kill();
  nodes[0] = await start();
}

/** Sets, deletes and events until stopped; calls may fail. */
function load(nodes: readonly Node[]): { stop(): Promise<void> } {
  let running = true;
  const lane = async ({ caller }: Node): Promise<void> => {
    for (let n = 0; running; n++) {
      const [group, id] = [pick(GROUPS), `i${Math.floor(Math.random() * ITEMS)}`];
      const call = chance(0.2)
        ? caller.delete(STREAM, group, id)
        : chance(0.1)
          ? caller.call(FUNCTION.send, { stream_name: STREAM, group_id: group, type: 'wave', data: n })
          : caller.set(STREAM, group, id, { id, n });
      await call.catch(() => wait(5));
    }
  };
  const lanes = nodes.flatMap((node) => Array.from({ length: LANES }, () => lane(node)));
  return {
    stop: async () => {
      running = false;
      await Promise.all(lanes);
    },
  };
}

const retried = async (call: () => Promise<unknown>): Promise<void> => {
  for (const end = Date.now() + CONVERGE_MS; ; await wait(20)) {
    try {
      await call();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
};

async function overtake(nodes: readonly Node[]): Promise<void> {
  for (const group of GROUPS) {
    const sets = Array.from({ length: 150 }, (_, n) => {
      const id = `i${n % ITEMS}`;
      return retried(() => pick(nodes).caller.set(STREAM, group, id, { id, n: -n }));
    });
    await Promise.all(sets);
  }
}

/** The first change of a group is newer than the sync of the empty group, on every node. */
async function freshGroups(nodes: readonly Node[], round: number): Promise<void> {
  const one = async (n: number): Promise<void> => {
    const group = `fresh-${round}-${n}-${Math.random()}`;
    const copy = new StrictCopy(pick(nodes).server.streamUrl, STREAM, group);
    await connected(copy);
    await retried(() => pick(nodes).caller.set(STREAM, group, 'a', { id: 'a' }));
    await copy.reach(1);
    copy.cut();
  };
  await Promise.all(Array.from({ length: 10 }, (_, n) => one(n)));
}

async function converged(nodes: readonly Node[], copies: readonly StrictCopy[], what: string): Promise<void> {
  const end = Date.now() + CONVERGE_MS;
  for (;;) {
    let different = '';
    for (const group of GROUPS) {
      const list = await pick(nodes)
        .caller.list(STREAM, group)
        .catch((error: Error) => error);
      for (const copy of copies) {
        if (copy.fault !== undefined)
          throw new Error(`${what}: ${copy.fault.message}`, { cause: copy.fault });
        if (copy.group === group && !isDeepStrictEqual(copy.list, list))
          different = `${what}: ${group}: a copy at ${copy.epoch}:${copy.seq} is ${JSON.stringify(copy.list)}, not ${JSON.stringify(list)}`;
      }
    }
    if (different === '') return;
    if (Date.now() > end) throw new Error(different);
    await wait(20);
  }
}
