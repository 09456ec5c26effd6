import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientMain } from './main.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = (file: string): string => `node --import tsx ${root}${file}`;
const LOADED = ['--patience', '3'];

test('our client passes every script', async () => {
  assert.equal(
    await clientMain(['--client', command('src/client/testing/printing-client.ts'), ...LOADED]),
    0,
  );
});

test('our client passes them when it takes ops', async () => {
  const client = `${command('src/client/testing/printing-client.ts')} --ops`;
  const only = ['ops/*', 'resume/what-changed-*', 'resume/another-epoch-*', 'changes/*late*'];
  assert.equal(await clientMain(['--client', client, ...only.flatMap((id) => ['--only', id]), ...LOADED]), 0);
});

test('the deployed client of browsers fails those that are listed, and no others', async () => {
  const known = `${root}conformance/client/motia.known-failing.json`;
  const about = ['--known-failing', known, '--skip', 'refusals/*-survived'];
  assert.equal(
    await clientMain(['--client', command('conformance/client/motia.ts'), ...about, ...LOADED]),
    0,
  );
});

test('a client that shows nothing fails', async () => {
  const only = ['--only', 'changes/a-sync-is-shown', '--patience', '0.1'];
  assert.equal(await clientMain(['--client', 'cat > /dev/null', ...only]), 1);
});
