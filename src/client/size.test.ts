import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bundle } from '../../scripts/client/bundle.js';

/** Bytes that an app loads for what `code` imports: bundled, minified and compressed. */
async function size(...imports: string[]): Promise<number> {
  const [text = ''] = (await bundle({ code: imports.join('\n'), minify: true })).values();
  return gzipSync(text, { level: 9 }).length;
}

const CORE = "export { createStreamClient } from './index.js';";
const REACT = "export { StreamProvider, useStreamGroup, useStreamItem, useStreamEvent } from './react.js';";

test('the client is as small as it is said to be', async () => {
  const core = await size(CORE);
  const both = await size(CORE, REACT);
  assert.ok(core <= 3_850, `the core is ${core} bytes`);
  assert.ok(both - core <= 512, `the hooks are ${both - core} bytes on top of it`);
});
