import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { temporaryDirectory } from '../../src/e2e/testing/server.js';
import { inPlace } from './places.js';
import { installed, SDKS } from './sdks.js';
import { nameOf, type Row, tableOf } from './table.js';
import { trial } from './trial.js';

const read = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');
const rows = async (): Promise<readonly Row[]> => JSON.parse(await read('results.json')) as readonly Row[];

test('the table of README is the one of the last full run', async () => {
  assert.ok((await read('../../README.md')).includes(tableOf(await rows())), 'npm run sdks writes it');
});

for (const sdk of SDKS.filter(({ registry }) => registry === 'npm')) {
  test(`the real ${nameOf(sdk)}: what README says of it`, async () => {
    await using kept = await temporaryDirectory();
    const command = await installed(sdk, kept.path);
    const found = await inPlace('standalone', (place) => trial(command, place));
    const row = (await rows()).find(({ sdk: name, place }) => name === nameOf(sdk) && place === 'standalone');
    for (const [feature, { outcome, why }] of found)
      assert.equal(outcome, row?.outcomes[feature], `${feature}: ${why}`);
  });
}
