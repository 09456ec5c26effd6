import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchBrowser } from './testing/browser.js';
import { bundleForPage } from './testing/page.js';

/** Two visits of a page: the first saves, the second reads. A fake server says nothing but the first sync. */
const APP = `
import { createStreamClient, indexedDbCache } from '../../client/index.js';

const persist = indexedDbCache('ann');
const joins = [];
class Silent {
  constructor() {
    setTimeout(() => this.onopen());
  }
  send(text) {
    const { data } = JSON.parse(text);
    joins.push(data);
    if (data.since) return;
    const say = (message) => this.onmessage({ data: JSON.stringify({ streamName: 's', groupId: 'g', ...message }) });
    say({ type: 'subscribed', subscriptionId: data.subscriptionId, mode: 'sync', epoch: 'e', seq: 7 });
    const event = { type: 'sync', data: [{ id: 'a', rev: 7, data: { text: 'kept' } }] };
    say({ type: 'stream', id: null, timestamp: 1, epoch: 'e', seq: 7, event });
  }
  close() {}
}
const warnings = [];
const onWarning = (code, detail) => warnings.push(code + ': ' + detail);
const client = createStreamClient('ws://nowhere.example', { WebSocket: Silent, persist, onWarning });
const views = [];
async function saved() {
  const group = await persist.load('["s","g",null]');
  if (group?.seq !== 7) await new Promise((resolve) => setTimeout(() => resolve(saved()), 50));
}
client.group('s', 'g').subscribe(({ status, items }) => views.push([status, items.map(({ data }) => data.text).join()]));
Object.assign(window, { report: { joins, views, warnings }, saved });
`;

interface Report {
  readonly joins: { since?: { epoch: string; seq: number } }[];
  readonly views: [string, string][];
  readonly warnings: string[];
}

test('IndexedDB keeps a group over a reload of the page, which begins stale and resumes', async () => {
  await using browser = Object.assign(await launchBrowser(), {
    [Symbol.asyncDispose]: () => browser.close(),
  });
  const script = await bundleForPage(APP);
  const page = await browser.newPage();
  await page.route('**/*', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><body></body>' }),
  );
  const visit = async (): Promise<void> => {
    await page.goto('http://app.example/');
    await page.addScriptTag({ content: script, type: 'module' });
    await page.waitForFunction('window.report?.joins.length > 0');
  };
  const report = (): Promise<Report> => page.evaluate('report');

  await visit();
  await page.waitForFunction("report.views.at(-1)[0] === 'live'");
  await page.evaluate('saved()');
  const first = await report();
  assert.deepEqual([first.joins[0]?.since, first.warnings], [undefined, []]);

  await visit();
  const second = await report();
  assert.deepEqual(second.joins[0]?.since, { epoch: 'e', seq: 7 });
  assert.deepEqual(second.views, [
    ['loading', ''],
    ['stale', 'kept'],
  ]);
  assert.deepEqual(second.warnings, []);
});
