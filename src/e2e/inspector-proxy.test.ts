import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { FUNCTION } from '../../generated/constants.js';
import { assertAccessible } from './testing/accessibility.js';
import { launchBrowser } from './testing/browser.js';
import { Caller } from './testing/caller.js';
import { documented, startNginx } from './testing/reverse-proxy.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

const ITEMS = 10_000;
const GROUPS = 1_000;
const STREAMS = ['first', 'second', 'third'];
const LONG = 'x'.repeat(500);
const MARKUP = '<img src=x onerror="document.title=\'owned\'">';
const HOSTILE: Readonly<Record<string, unknown>> = {
  [MARKUP]: { html: MARKUP, '</script><script>': '\u202Eevil' },
  [LONG]: { [LONG]: LONG.repeat(20) },
  __proto__x: JSON.parse('{"__proto__":{"a":1},"constructor":null}'),
  '\u202Egnp.exe\u0000\u0007': 'control characters',
};

const yaml = (trusted: string): string =>
  config(IN_MEMORY, `trusted_proxies: ${trusted}`).replace('admin: false', 'admin: { port: 0 }');

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

async function fill(engineUrl: string): Promise<void> {
  await using caller = await Caller.open(engineUrl);
  const writes: Promise<unknown>[] = [];
  for (let at = 0; at < ITEMS; at += 100) {
    const items = Array.from({ length: 100 }, (_, i) => `item-${String(at + i).padStart(5, '0')}`);
    const payload = { stream_name: 'big', group_id: 'all' };
    const sets = items.map((item_id) => ({ item_id, type: 'set', data: { of: item_id } }));
    writes.push(caller.call(FUNCTION.transact, { ...payload, writes: sets }));
  }
  for (const stream of STREAMS)
    for (let i = 0; i < GROUPS; i += 1)
      writes.push(caller.set(stream, `group-${String(i).padStart(4, '0')}`, 'i', 1));
  for (const [id, data] of Object.entries(HOSTILE)) writes.push(caller.set(MARKUP, LONG, id, data));
  await Promise.all(writes);
}

const row = (page: Page, id: string) => page.locator('#items tbody tr:not(.gone)', { hasText: id });
const says = (page: Page, selector: string, text: string | RegExp) =>
  page.locator(selector, { hasText: text }).waitFor();

/** Nothing is wider than the window, and axe finds nothing, in light and dark. */
async function assertShown(page: Page, state: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await assertAccessible(page, `${state}, light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await assertAccessible(page, `${state}, dark`, ['color-contrast']);

  const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  assert.ok(Number(wide) <= 0, `${state}: ${wide} px wider than the window`);
}

async function findStreams(page: Page): Promise<void> {
  await says(page, '#tree-note', '3,002 groups in 5 streams');

  for (const stream of STREAMS)
    assert.equal(await page.locator('#tree summary', { hasText: stream }).count(), 1);
  await page.getByLabel('Filter streams and groups').fill('group-0999');
  await says(page, '#tree-note', '3 of 3,002 groups in 5 streams match');
  await page.locator('#tree button', { hasText: 'group-0999' }).last().click();
  await says(page, '#group-name', 'third / group-0999');
  await says(page, '#items-note', /^1 item$/);
  await page.getByLabel('Filter streams and groups').fill('');
  await page.locator('#tree [aria-current]', { hasText: 'group-0999' }).waitFor();
  assert.ok(
    await page.evaluate(`(() => {
      const tree = document.getElementById('tree').getBoundingClientRect();
      const group = document.querySelector('#tree [aria-current]').getBoundingClientRect();
      return group.top >= tree.top - 1 && group.bottom <= tree.bottom + 1;
    })()`),
    'the open group is in sight',
  );
}

/** @param count of the items that there are; one of them goes */
async function editOneOfMany(page: Page, id: string, count: number): Promise<void> {
  await page.goto(new URL('#big/all', page.url()).href);
  const total = `${count.toLocaleString('en')} items`;
  await says(page, '#items-note', total);
  await says(page, '#more-items', `Show 1,000 more of ${(count - 200).toLocaleString('en')}`);
  await page.getByLabel('Filter items').fill(id);
  await says(page, '#items-note', `1 of ${total} match`);
  await row(page, id).getByRole('button').click();
  await page.locator('#editor-value:focus').waitFor();
  await page.getByLabel('Value (JSON)').fill('{"saved":true}');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Filter items').fill('');
  await row(page, id).getByText('{"saved":true}').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText(id).waitFor();
  await assertAccessible(page, 'asked whether to delete', ['wcag2a', 'wcag2aa']);
  await page.getByRole('button', { name: 'Keep it' }).click();
  assert.equal(await row(page, id).count(), 1);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await row(page, id).waitFor({ state: 'detached' });
}

test('behind nginx with TLS and a prefix the inspector holds what is much, hostile and refused', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml('["127.0.0.1"]'), directory: directory.path });
  await fill(server.engineUrl);
  const block = (await documented('nginx')).find((one) => one.includes('/ops/')) ?? '';
  const lines = block.replaceAll('127.0.0.1:3113', new URL(server.adminUrl).host);
  await using nginx = await startNginx(directory.path, lines, { tls: true });
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  page.setDefaultTimeout(15_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));

  let items = ITEMS;
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto(`${nginx.url}/ops/`);
    await page.reload();
    await says(page, '#health', 'ready');
    await findStreams(page);
    await editOneOfMany(page, `item-0${items - 1}`, items);
    items -= 1;
    await page.goto(`${nginx.url}/ops/#${encodeURIComponent(MARKUP)}/${LONG}`);
    await says(page, '#items-note', `${Object.keys(HOSTILE).length} items`);
    await row(page, LONG).getByRole('button').click();
    await assertShown(page, `hostile values at ${width} px`);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('#tab-groups').click();
    await says(page, '#groups td', LONG);
    await assertShown(page, `subscriptions at ${width} px`);
    await page.locator('#tab-sockets').click();
    await says(page, '#sockets td', 'operator');
    await assertShown(page, `sockets at ${width} px`);
  }
  assert.equal(await page.title(), 'iii-stream inspector');
  assert.equal(await page.locator('main img').count(), 0);
  const [wss, ...others] = new Set(sockets.map((url) => url.replace(/\?.*/, '')));
  assert.deepEqual([wss, others], [`${nginx.url.replace('https', 'wss')}/ops/`, []]);

  // The proxy is not trusted any more: what is on the page stays, and says that it is old.
  await page.locator('#tab-items').click();
  await writeFile(join(directory.path, 'config.yaml'), yaml('[]'));
  server.process.kill('SIGHUP');
  const refusal = /refused with 403: .*trusted_proxies/;
  await says(page, '#tree-note', /^Not up to date: refused with 403/);
  await says(page, '#health', refusal);
  await page.locator('#new-item').click();
  await page.getByLabel('Id').fill('refused');
  await page.getByRole('button', { name: 'Save' }).click();
  await says(page, '#editor-note.bad', refusal);
  await page.reload();
  await says(page, '#tree-note', /^Nothing is known: refused with 403/);
  await says(page, '#group-state', 'refused: origin_not_allowed');
  await says(page, '#items-note', 'not known: refused: origin_not_allowed');
  await page.getByLabel('Filter streams and groups').fill('a');
  assert.doesNotMatch((await page.textContent('aside')) ?? '', /No stream|Nothing matches/);
  await assertShown(page, 'refused');

  await server.stop();
  await says(page, '#health', 'no reply of iii-stream, but 502 of a proxy');
  assert.deepEqual(errors, []);
});
