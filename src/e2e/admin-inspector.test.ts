import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { registerWorker } from 'iii-sdk';
import type { Browser, Page } from 'playwright-core';
import { FUNCTION, STREAM_EVENT } from '../../generated/constants.js';
import { launchBrowser } from './testing/browser.js';
import { Caller } from './testing/caller.js';
import { IN_MEMORY, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const HOSTILE = '<img src=x onerror="document.title=\'owned\'">';
const yaml = (more = '', adminPort = '0'): string =>
  `port: 0\nhost: 127.0.0.1\nengine: { port: 0 }\nadmin: { port: ${adminPort} }\nadapter:\n  ${IN_MEMORY.replace('\n', '\n  ')}\n${more}`;

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

/** A page that fails the test when the browser reports anything. */
async function openPage(server: RunningServer, hash: string): Promise<Page & AsyncDisposable> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !/ERR_CONNECTION_(REFUSED|RESET)/.test(text)) faults.push(text);
  });
  page.setDefaultTimeout(15_000);
  await page.goto(`${server.adminUrl}/${hash}`);
  return Object.assign(page, {
    [Symbol.asyncDispose]: async () => {
      await context.close();
      assert.deepEqual(faults, []);
    },
  });
}

const row = (page: Page, id: string) => page.locator('#items tbody tr:not(.gone)', { hasText: id });

test('the inspector shows an SDK worker’s writes live, edits an item, and takes nothing for markup', async () => {
  await using directory = await temporaryDirectory();
  // Neither the auth function nor the origins concern the operator.
  const more = 'auth_function: nobody\nallowed_origins: [https://app.example]\n';
  await using server = await startServer({ yaml: yaml(more), directory: directory.path });
  const iii = registerWorker(server.engineUrl, { otel: { enabled: false } });
  try {
    iii.registerFunction('nobody', async () => ({ context: {} }));
    const at = { stream_name: 'shop', group_id: 'carts' };
    const write = (item_id: string, data: unknown) =>
      iii.trigger({ function_id: FUNCTION.set, payload: { ...at, item_id, data } });
    await write('first', { n: 1 });
    await using page = await openPage(server, '');
    await page.getByRole('button', { name: 'carts' }).click();
    await row(page, 'first').waitFor();
    assert.equal(await row(page, 'first').locator('td').nth(1).textContent(), '1');
    await page
      .locator('#items td', { hasText: /^\d+ s$/ })
      .first()
      .waitFor();

    await write('cart-1', { total: 10 });
    await row(page, 'cart-1').getByText('{"total":10}').waitFor();
    await write('cart-1', { total: 25 });
    await row(page, 'cart-1').getByText('{"total":25}').waitFor();
    await iii.trigger({ function_id: FUNCTION.delete, payload: { ...at, item_id: 'cart-1' } });
    await row(page, 'cart-1').waitFor({ state: 'detached' });

    await write(HOSTILE, { html: HOSTILE });
    const hostile = row(page, HOSTILE);
    await hostile.waitFor();
    assert.equal(await page.locator('#items img').count(), 0);
    await hostile.getByRole('button').click();
    assert.equal(await page.title(), 'iii-stream inspector');

    await using client = await SocketClient.open(`${server.streamUrl}/stream/shop/carts`);
    await client.find(({ event }) => event.type === STREAM_EVENT.sync);
    await row(page, 'first').getByRole('button').click();
    await page.getByLabel('Value (JSON)').fill('{"n": 12345678901234567890}');
    await page.getByRole('button', { name: 'Save' }).click();
    await row(page, 'first').getByText('{"n":12345678901234567890}').waitFor();
    const update = await client.find(({ event, id }) => event.type === STREAM_EVENT.update && id === 'first');
    assert.equal((update.event.data as { n: number }).n, Number('12345678901234567890'));
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await row(page, 'first').waitFor({ state: 'detached' });
    await client.find(({ event, id }) => event.type === STREAM_EVENT.delete && id === 'first');
  } finally {
    await iii.shutdown();
  }
});

test('the keyboard reaches tabs, groups and the editor; a restart of the server is survived', async () => {
  await using directory = await temporaryDirectory();
  await using first = await startServer({ yaml: yaml(), directory: directory.path });
  await using caller = await Caller.open(first.engineUrl);
  await caller.set('s', 'g', 'i', { a: 1 });
  await using page = await openPage(first, '#s/g');
  await row(page, 'i').waitFor();
  await page.locator('#tab-items').focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('#groups td', { hasText: 'g' }).first().waitFor();
  await page.keyboard.press('ArrowRight');
  await page.locator('#sockets td', { hasText: 'operator' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await row(page, 'i').getByRole('button').focus();
  await page.keyboard.press('Enter');
  await page.locator('#editor-value:focus').waitFor();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('{"a":2}');
  await page.keyboard.press('ControlOrMeta+Enter');
  await row(page, 'i').getByText('{"a":2}').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#editor').isVisible(), false);
  assert.equal(await first.stop(), 0);
  await page.locator('#group-state', { hasText: 'disconnected' }).waitFor();
  const { port } = new URL(first.adminUrl);
  await using second = await startServer({ yaml: yaml('', port), directory: directory.path });
  await using again = await Caller.open(second.engineUrl);
  await again.set('s', 'g', 'after', { b: 1 });
  await row(page, 'after').waitFor();
  assert.equal(await row(page, '"a":2').count(), 0);
});

test('saving over a change of somebody else shows that change first, and overwrites when it is said again', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml(), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  await caller.set('s', 'g', 'i', { by: 'nobody' });
  await using page = await openPage(server, '#s/g');
  await row(page, 'i').getByRole('button').click();
  await page.getByLabel('Value (JSON)').fill('{"by":"me"}');
  await caller.set('s', 'g', 'i', { by: 'somebody' });
  await row(page, 'i').getByText('{"by":"somebody"}').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Not saved: the item was changed to {"by":"somebody"}.').waitFor();
  await row(page, 'i').getByText('{"by":"somebody"}').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await row(page, 'i').getByText('{"by":"me"}').waitFor();

  await page.getByRole('button', { name: 'Delete' }).click();
  await caller.set('s', 'g', 'i', { by: 'somebody else' });
  await row(page, 'i').getByText('{"by":"somebody else"}').waitFor();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('Not deleted: the item was changed to {"by":"somebody else"}.').waitFor();
  assert.equal(await row(page, 'i').count(), 1);
});
