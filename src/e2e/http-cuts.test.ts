import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { SnapshotReply } from '../../generated/http.js';
import { launchBrowser } from './testing/browser.js';
import { Caller } from './testing/caller.js';
import { Cutter } from './testing/cutter.js';
import { bundleForPage } from './testing/page.js';
import { documented, startNginx } from './testing/reverse-proxy.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

/** The long run of this test is `HTTP_CHANGES=100000 HTTP_CUTS=1000`. */
const CHANGES = Number(process.env.HTTP_CHANGES ?? 3_000);
const CUTS = Number(process.env.HTTP_CUTS ?? 20);
const IN_FLIGHT = 64;
const HOT = 50;
/** Milliseconds between two cuts, at most. */
const PAUSE_MS = 200;

const APP = `
import { followEvents, followPolls } from './http-readers.js';
Object.assign(globalThis, { followEvents, followPolls });
`;

interface Report {
  readonly syncs: number;
  readonly failures: number;
  readonly faults: readonly string[];
  readonly sorted: readonly unknown[];
}

/** Half of them make an item that nobody touches again or removes it, so that a lost one shows at the end. */
function change(caller: Caller, n: number): Promise<unknown> {
  if (n % 4 === 3) return caller.delete('s', 'g', `i${n - 1}`);
  return caller.set('s', 'g', n % 4 === 0 ? `hot${n % HOT}` : `i${n}`, { n });
}

test(`${CHANGES} changes through nginx, ${CUTS} cuts: an EventSource and long-polls in two tabs lose and repeat none`, async (t) => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(IN_MEMORY), directory: directory.path });
  const [block = ''] = await documented('nginx');
  const lines = block.replaceAll('127.0.0.1:3112', new URL(server.streamUrl).host);
  await using nginx = await startNginx(directory.path, lines);
  await using cutter = await Cutter.start(nginx.url);
  await using caller = await Caller.open(server.engineUrl);
  await using browser = Object.assign(await launchBrowser(), {
    [Symbol.asyncDispose]: () => browser.close(),
  });
  const script = await bundleForPage(APP);
  // Tabs of one browser: they share its connections.
  const context = await browser.newContext();
  const open = async (follow: string) => {
    const page = await context.newPage();
    await page.addScriptTag({ content: script, type: 'module' });
    const url = `${cutter.url}/stream/s/g`;
    await page.waitForFunction('globalThis.followPolls !== undefined');
    await page.evaluate(`copied = ${follow}('${url}')`);
    await page.waitForFunction('copied.syncs > 0');
    return page;
  };
  const pages = await Promise.all(['followEvents', 'followPolls', 'followPolls'].map(open));

  let written = 0;
  const writing = (async () => {
    while (written < CHANGES) {
      if (written / CHANGES > cutter.cuts / CUTS) await delay(1);
      else {
        await Promise.all(Array.from({ length: IN_FLIGHT }, (_, i) => change(caller, written + i)));
        written += IN_FLIGHT;
      }
    }
  })();
  while (written < CHANGES) {
    cutter.cut();
    await delay(Math.random() * PAUSE_MS);
  }
  await writing;

  const direct = `${server.streamUrl.replace('ws', 'http')}/stream/s/g`;
  const { items, seq = 0 } = (await (await fetch(direct)).json()) as SnapshotReply;
  const list = items
    .map(({ id, rev, data }) => [id, [rev, data]] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const failures: number[] = [];
  for (const page of pages) {
    await page.waitForFunction(`copied.seq >= ${seq}`, undefined, { timeout: 0 });
    const report: Report = await page.evaluate(
      '({ syncs: copied.syncs, failures: copied.failures, faults: copied.faults, sorted: copied.sorted })',
    );
    assert.deepEqual(report.faults, []);
    assert.equal(report.syncs, 1, 'only the first reply was the whole group');
    assert.deepEqual(report.sorted, list);
    failures.push(report.failures);
  }
  const { cuts, refusals } = cutter;
  t.diagnostic(`${seq} changes, ${cuts} cuts, ${refusals} times 502, failures by reader: ${failures}`);
});
