// The sizing table of spec/operations.md: `node --import tsx src/bench/sizes.ts`. One server per row, compiled as it is
// packed, with its store on disk; processor time is its own, so that other work on the machine hardly counts.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answered, clients, joinAll, rpcConnections } from './load/connect.js';
import { build, ROOT } from './targets/build.js';
import { FILE_BASED, startOwn, type Target } from './targets/target.js';
import type { LeanSocket } from './wire/lean-socket.js';

interface Row {
  readonly sockets: number;
  readonly items: number;
  /** A second. */
  readonly changes: number;
}

const ROWS: readonly Row[] = [
  { sockets: 1_000, items: 10_000, changes: 100 },
  { sockets: 10_000, items: 100_000, changes: 1_000 },
  { sockets: 10_000, items: 1_000_000, changes: 5_000 },
];
/** Of each socket; each group has as many subscribers. */
const SUBSCRIPTIONS = 10;
const MEASURED_MS = 15_000;
const TICK_MS = 10;
const BATCH = 10_000;

const groupOf = (n: number, { sockets }: Row): string => `group-${n % sockets}`;

/** Writes every item, group after group in turn. */
async function fill(target: Target, rpc: LeanSocket, row: Row): Promise<void> {
  for (let at = 0; at < row.items; at += BATCH) {
    const frames = Array.from({ length: Math.min(BATCH, row.items - at) }, (_, i) =>
      target.dialect.set({
        group: groupOf(at + i, row),
        item: `item-${Math.floor((at + i) / row.sockets)}`,
        n: at + i,
      }),
    );
    await answered(rpc, frames);
  }
}

/** Writes at the row's rate, to one group after another. */
async function write(target: Target, rpc: LeanSocket, row: Row): Promise<void> {
  rpc.listen(() => {});
  const began = performance.now();
  let sent = 0;
  for (let now = 0; now < MEASURED_MS; now = performance.now() - began) {
    const frames: Buffer[] = [];
    for (; sent < (now * row.changes) / 1_000; sent += 1)
      frames.push(target.dialect.set({ group: groupOf(sent * 7, row), item: 'item-0', n: sent }));
    if (frames.length > 0) rpc.send(Buffer.concat(frames));
    await delay(TICK_MS);
  }
}

async function measure(main: string, row: Row): Promise<void> {
  await using target = await startOwn({ name: 'sizes', main, core: undefined, adapter: FILE_BASED });
  const [rpc] = await rpcConnections(target, 1);
  await fill(target, rpc!, row);
  const sockets = await clients(target, row.sockets);
  for (let k = 0; k < SUBSCRIPTIONS; k += 1)
    await joinAll(target, sockets, (index) => groupOf(index + k * 101, row));
  let received = 0;
  for (const socket of sockets)
    socket.listen(() => {
      received += 1;
    });
  await delay(5_000);
  const still = await target.memory();
  const [cpu, began] = [await target.cpu(), performance.now()];
  await write(target, rpc!, row);
  const busy = ((await target.cpu()) - cpu) / (performance.now() - began);
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  const cells = [
    ...Object.values(row).map((n) => n.toLocaleString('en')),
    Math.round((received * 1_000) / MEASURED_MS).toLocaleString('en'),
    megabytes(still),
    megabytes(await target.memory()),
    `${Math.round(busy * 100)} % of a core`,
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
  for (const socket of [...sockets, rpc!]) socket.close();
}

const main = await build(join(ROOT, 'bench-results'));
process.stdout.write(
  '| sockets | items | changes/s | deliveries/s | memory before | memory after | processor |\n',
);
for (const row of ROWS) await measure(main, row);
