import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { FUNCTION } from '../../generated/constants.js';
import { launchBrowser } from './testing/browser.js';
import { Caller } from './testing/caller.js';
import { bundleForPage } from './testing/page.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

const MOUNTS = 1_000;

/** The app under test, in a page; it reports what it renders on `window`. */
const APP = `
import { createElement as h, StrictMode, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { createStreamClient } from '../../client/index.js';
import { StreamProvider, useStreamEvent, useStreamGroup, useStreamItem } from '../../client/react.js';

const sent = { join: 0, leave: 0 };
class Counting extends WebSocket {
  send(text) {
    sent[JSON.parse(text).type] += 1;
    super.send(text);
  }
}
const client = createStreamClient(window.streamUrl, { WebSocket: Counting });
const place = { streamName: 's', groupId: 'g' };
const report = { sent, renders: 0, commits: 0, blanks: 0, torn: 0, names: 0, events: [], status: '', text: '' };
Object.assign(window, { report });

let seen;
function List() {
  const { data, items, status, event } = useStreamGroup(place);
  useStreamEvent({ event, type: 'hello', listener: (value) => report.events.push(value) });
  report.renders += 1;
  useEffect(() => {
    report.commits += 1;
  });
  report.status = status;
  if (report.text !== '' && data.length === 0) report.blanks += 1;
  report.text = data.map(({ id, n }) => id + n).join(' ') || report.text;
  seen = items;
  return h('ul', null, data.map(({ id }) => h(Row, { key: id, id })));
}
function Row({ id }) {
  const { items } = useStreamGroup(place);
  // All that is rendered together is of one moment.
  if (items !== seen) report.torn += 1;
  return h('li', null, id);
}
function Count() {
  report.names += 1;
  return h('p', null, useStreamGroup({ ...place, select: (items) => items.length }).data);
}
function One() {
  const { data, status } = useStreamItem({ ...place, id: 'a' });
  report.one = status + ' ' + data?.n;
  return null;
}
let show;
function App() {
  const [isShown, set] = useState(true);
  show = set;
  return h(StreamProvider, { client }, isShown && h(List), h(Count), h(One));
}
createRoot(document.body).render(h(StrictMode, null, h(App)));

Object.assign(window, {
  remount(times) {
    for (let i = 0; i < times; i++) {
      flushSync(() => show(false));
      flushSync(() => show(true));
    }
  },
});
`;

interface Report {
  readonly sent: { join: number; leave: number };
  readonly renders: number;
  readonly commits: number;
  readonly blanks: number;
  readonly torn: number;
  readonly names: number;
  readonly events: unknown[];
  readonly status: string;
  readonly text: string;
  readonly one: string;
}

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const report = (page: Page): Promise<Report> => page.evaluate('report');
const shows = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => (globalThis as unknown as { report: Report }).report.text === wanted,
    text,
  );

test(`React in StrictMode, mounted ${MOUNTS} times: one join, nothing blank, nothing torn`, async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(IN_MEMORY), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  const set = (id: string, n: number) => caller.set('s', 'g', id, { id, n });
  await set('a', 1);
  await set('b', 1);
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.evaluate((url) => Object.assign(globalThis, { streamUrl: url }), server.streamUrl);
  await page.addScriptTag({ content: await bundleForPage(APP), type: 'module' });
  await shows(page, 'a1 b1');
  const before = await report(page);
  assert.deepEqual(before.sent, { join: 2, leave: 0 }, 'one for the group, one for the item');
  await page.evaluate(`remount(${MOUNTS})`);
  const { names } = await report(page);
  await set('a', 2);
  await shows(page, 'a2 b1');
  const mounted = await report(page);
  assert.deepEqual(mounted.sent, { join: 2, leave: 0 });
  assert.deepEqual([mounted.blanks, mounted.torn, mounted.status, mounted.one], [0, 0, 'live', 'live 2']);
  assert.equal(mounted.names, names, 'what selects the number of items did not render for a change');

  const writes = Array.from({ length: 10 }, (_, n) => ({
    type: 'set',
    item_id: `t${n}`,
    data: { id: `t${n}`, n },
  }));
  const { commits } = await report(page);
  await caller.call(FUNCTION.transact, { stream_name: 's', group_id: 'g', writes });
  await shows(page, `a2 b1 ${writes.map(({ data }) => data.id + data.n).join(' ')}`);
  assert.equal((await report(page)).commits, commits + 1, 'ten changes that belong together are one render');

  await caller.call(FUNCTION.send, { stream_name: 's', group_id: 'g', type: 'hello', data: 7 });
  await page.waitForFunction('report.events.length > 0');
  assert.deepEqual((await report(page)).events, [7]);

  assert.deepEqual(faults, []);
  await page.close();
});
