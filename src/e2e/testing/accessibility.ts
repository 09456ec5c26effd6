import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Finding {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly any: readonly { readonly message: string }[];
  }[];
}

/** What is scrolled out of sight counts as well: its colours are looked at where it is. */
const UNROLL = `if (!document.adoptedStyleSheets.length) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('.scrolls { max-height: none !important; }');
  document.adoptedStyleSheets = [sheet];
}`;

/**
 * Fails with whatever axe-core reports of the page as it is now, what it cannot decide included.
 *
 * @param rules ids of axe's rules, or tags of them. @default all
 */
export async function assertAccessible(page: Page, state: string, rules?: readonly string[]): Promise<void> {
  // By the debugger, which the page's content security policy does not concern.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
  await page.evaluate(UNROLL);
  const options = { resultTypes: ['violations', 'incomplete'], ...(rules && { runOnly: rules }) };
  const { violations, incomplete } = await page.evaluate<{ violations: Finding[]; incomplete: Finding[] }>(
    `axe.run(document, ${JSON.stringify(options)}).finally(() => { document.adoptedStyleSheets = []; })`,
  );
  const told = [...violations, ...incomplete].flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map(({ target, any }) => `${id}: ${help}: ${target}: ${any[0]?.message ?? ''}`),
  );
  assert.deepEqual(told, [], state);
}
