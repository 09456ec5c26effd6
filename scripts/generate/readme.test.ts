import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as constants from '../../generated/constants.js';
import { loadSpec } from './load.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const text = await readFile(path.join(root, 'README.md'), 'utf8');
const { errors } = await loadSpec(path.join(root, 'spec'));

const EXPLAINED = 4400;

/** The part of the README below a heading, up to the next of its level. */
const section = (heading: string): string => text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
const table = (head: string): readonly (readonly string[])[] => {
  const [, ...rows] = section('Errors').slice(section('Errors').indexOf(head)).split('\n\n')[0]!.split('\n');
  return rows.slice(1).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};
const named = (cells: readonly string[]): readonly string[] =>
  cells.flatMap((cell) => [...cell.matchAll(/`([a-z_0-9]+)`/g)].map(([, name = '']) => name));

test('the README says what each reason means as the spec does', () => {
  const rows = table('| reason ').map(([reason, meaning]) => [reason, meaning]);
  const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1, -1);
  assert.deepEqual(
    rows,
    Object.entries(errors.reasons).map(([reason, { description }]) => [`\`${reason}\``, lower(description)]),
  );
});

test('the README names every socket error, close code and refusal', () => {
  const rows = table('| socket error ');
  assert.deepEqual(
    new Set(named(rows.map(([cell = '']) => cell))),
    new Set(Object.values(constants.SOCKET_ERROR)),
  );
  const closes = rows.flatMap(([, cell = '']) => cell.match(/\b\d{4}\b/g) ?? []).map(Number);
  const codes = Object.values(constants.CLOSE_CODE);
  // Those of refusals say the HTTP status (D32).
  assert.deepEqual(new Set(closes), new Set(codes.filter((code) => code < EXPLAINED)));
  assert.deepEqual(
    new Set(codes.filter((code) => code >= EXPLAINED)),
    new Set(Object.values(constants.REFUSAL_STATUS).map((status) => 4000 + status)),
  );
  const refusals = rows.flatMap(([, , cell = '']) =>
    [...cell.matchAll(/(\d{3}) ((?:`[a-z_]+`(?:, )?)+)/g)].flatMap(([, status, names = '']) =>
      named([names]).map((name) => [name, Number(status)]),
    ),
  );
  assert.deepEqual(Object.fromEntries(refusals), constants.REFUSAL_STATUS);
});

test('the README names the errors of calls, of functions and of this process', () => {
  const prose = section('Errors');
  for (const code of Object.values(constants.ERROR_CODE))
    assert.ok(prose.includes(`\`${code}\``), `README.md, Errors: ${code} is missing`);
  for (const code of Object.keys(errors.local))
    assert.ok(prose.includes(`\`${code}\``), `README.md, Errors: ${code} is missing`);
});
