import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchBrowser } from './testing/browser.js';
import { FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';

const WHOLE = /asks for what came after its own\. $/;

test('the example: two pages see each other, an answer grows on both, and a restart is survived', async () => {
  await using directory = await temporaryDirectory();
  const yaml = (port: string): string =>
    `port: 0\nhost: 127.0.0.1\nengine: { port: 0 }\nadmin: { port: ${port} }\nadapter:\n  ${FILE_BASED.replace('\n', '\n  ')}\n`;
  await using server = await startServer({ yaml: yaml('0'), directory: directory.path });
  await using browser = Object.assign(await launchBrowser(), {
    [Symbol.asyncDispose]: () => browser.close(),
  });
  const open = async (name: string) => {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`${server.adminUrl}/example.html`);
    await page.getByLabel('Your name').fill(name);
    await page.getByText(`${name} (you)`).waitFor();
    return page;
  };
  const ann = await open('Ann');
  const bob = await open('Bob');
  await ann.getByText('Bob', { exact: true }).waitFor();
  await bob.getByText('Ann', { exact: true }).waitFor();
  await ann.getByRole('button', { name: 'Ask' }).click();
  await bob.locator('#answer', { hasText: 'Every change' }).waitFor();
  await bob.locator('#answer', { hasText: 'came after its own.' }).waitFor();
  assert.match((await ann.locator('#answer').textContent()) ?? '', WHOLE);

  assert.equal(await server.stop(), 0);
  await bob.locator('#status', { hasText: 'waiting' }).waitFor();
  assert.match((await bob.locator('#answer').textContent()) ?? '', WHOLE);
  const { port } = new URL(server.adminUrl);
  await using _again = await startServer({ yaml: yaml(port), directory: directory.path });
  await bob.locator('#status', { hasText: 'open' }).waitFor();
  await ann.close({ runBeforeUnload: false });
  await bob.getByText('Ann', { exact: true }).waitFor({ state: 'detached' });
  assert.match((await bob.locator('#answer').textContent()) ?? '', WHOLE);
});
