import { startApp } from '../src/app/app.js';
import { parseConfig } from '../src/config/index.js';
import { launchBrowser } from '../src/e2e/testing/browser.js';
import { Caller } from '../src/e2e/testing/caller.js';
import { SocketClient } from '../src/e2e/testing/socket-client.js';
import { createLogger } from '../src/observability/logger.js';

/**
 * Photographs the inspector of a server that has something to show.
 * Usage: node --import tsx scripts/inspector-screenshot.ts FILE.png [light|dark] [desktop|phone] [items|groups|sockets]
 */
const [file = 'src/admin/inspector.png', scheme = 'light', device = 'desktop', tab = 'items'] =
  process.argv.slice(2);
const SIZES = { desktop: { width: 1180, height: 820 }, phone: { width: 390, height: 844 } } as const;
const SECONDS = Number(process.env.SECONDS ?? 30);

const yaml = `{ port: 0, host: 127.0.0.1, engine: { port: 0 }, admin: { port: 0 }, adapter: { name: kv } }`;
const logger = createLogger({ level: 'error', format: 'json' });
await using app = await startApp(parseConfig(yaml, 'screenshot'), { logger });
await using caller = await Caller.open(app.engineUrl);
for (const [stream, groups] of Object.entries({
  chat: ['room-berlin', 'room-kyoto'],
  orders: ['2026-11-23', '2026-11-24'],
  presence: ['room-1', 'room-2', 'room-3'],
})) {
  for (const group of groups) await caller.set(stream, group, 'hello', { text: `hello ${group}` });
}
const order = (n: number, status: string) => ({
  id: `order-${n}`,
  customer: NAMES[n % NAMES.length],
  total: 1250 + 395 * n,
  status,
});
const NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Tony'];
const STATES = ['new', 'paid', 'packed', 'sent'];
await caller.delete('orders', '2026-11-24', 'hello');
for (let n = 1; n <= 11; n++) await caller.set('orders', '2026-11-24', `order-${n}`, order(n, 'new'));
await caller.set('orders', '2026-11-24', 'note-<b>&</b>', '<img src=x onerror=alert(1)> stays text');
const clients = await Promise.all(
  ['orders/2026-11-24', 'orders/2026-11-24', 'presence/room-1', 'chat/room-kyoto'].map((path) =>
    SocketClient.open(`${app.streamUrl}/stream/${path}`),
  ),
);

const browser = await launchBrowser();
try {
  const page = await browser.newPage({
    viewport: SIZES[device as keyof typeof SIZES],
    colorScheme: scheme as 'light' | 'dark',
    deviceScaleFactor: device === 'phone' ? 2 : 1,
  });
  await page.goto(`${app.adminUrl}/#orders/2026-11-24`);
  await page.getByRole('button', { name: 'order-3' }).click();
  await page.locator('#editor-value').fill(JSON.stringify(order(3, 'paid'), null, 2));
  const until = Date.now() + SECONDS * 1_000;
  for (let n = 0; Date.now() < until; n++) {
    const burst = 2 + Math.round(6 * (1 + Math.sin(n / 9)));
    for (let k = 0; k < burst; k++) {
      const which = 4 + ((n + k) % 6);
      await caller.set('orders', '2026-11-24', `order-${which}`, order(which, STATES[(n + k) % 4] as string));
    }
    await new Promise((resolve) => setTimeout(resolve, 90));
  }
  if (tab !== 'items') await page.locator(`#tab-${tab}`).click();
  await new Promise((resolve) => setTimeout(resolve, 400));
  await page.screenshot({ path: file });
} finally {
  await browser.close();
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
}
