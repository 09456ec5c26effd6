import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canonical } from './exact.js';
import { mismatch, type Row } from './vectors.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

test('texts of the same JSON value have one canonical text', () => {
  const same = [
    ['1', '1.0', '10e-1', '0.1E+1'],
    ['0', '-0', '-0.0', '0e9'],
    ['{"a":1.50,"b":[]}', ' { "b" : [ ] , "\\u0061" : 15e-1 } '],
    ['"1.0e5"', '"1.0e\\u0035"'],
  ];
  for (const texts of same) assert.equal(new Set(texts.map(canonical)).size, 1, texts.join(' '));
  const others = [
    '1',
    '-1',
    '"1"',
    '1.0000000000000000000001',
    '12345678901234567890',
    '12345678901234567891',
    '1e400',
  ];
  assert.equal(new Set(others.map(canonical)).size, others.length);
  assert.throws(() => canonical('01'), SyntaxError);
});

test('an outcome that differs from its row in one thing is found', () => {
  const decoded = { $: 'T', a: null, data: { $any: '[1.0]' } };
  const row: Row = { name: 'r', family: 'f', type: 'T', text: '{"a":null,"data":[1]}', decoded };
  const right = {
    name: 'r',
    decoded: { data: { $any: ' [1]' }, $: 'T', a: null },
    encoded: '{"data":[1e0],"a":null}',
  };
  assert.equal(mismatch(row, right), undefined);
  assert.match(mismatch(row, undefined) ?? '', /no outcome/);
  const absent = { $: 'T', data: { $any: '[1]' } };
  assert.match(mismatch(row, { ...right, decoded: absent }) ?? '', /^is .* not /);
  assert.match(mismatch(row, { ...right, decoded: { ...decoded, $: 'U' } }) ?? '', /^is .* not /);
  assert.match(mismatch(row, { ...right, decoded: { ...decoded, data: [1] } }) ?? '', /^is .* not /);
  assert.match(mismatch(row, { ...right, encoded: '{"data":[1]}' }) ?? '', /^is written/);
  assert.match(
    mismatch(row, { name: 'r', error: { path: 'a', keyword: 'type' } }) ?? '',
    /refused by a: type/,
  );
  const bad: Row = { ...row, error: { path: 'a', keyword: 'type' } };
  assert.match(mismatch(bad, right) ?? '', /is taken/);
  assert.equal(mismatch(bad, { name: 'r', error: { path: 'a', keyword: 'type' } }), undefined);
  assert.match(mismatch(bad, { name: 'r', error: { path: 'b', keyword: 'type' } }) ?? '', /not by a: type/);
  assert.match(
    mismatch(bad, { name: 'r', error: { path: 'a', keyword: 'required' } }) ?? '',
    /not by a: type/,
  );
});

test('the rows have names of their own, and either a form or an error', async () => {
  const rows = JSON.parse(
    await readFile(path.join(root, 'spec/vectors/messages.json'), 'utf8'),
  ) as readonly Row[];
  assert.ok(rows.length >= 120);
  assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
  for (const { name, decoded, error } of rows) {
    assert.equal(decoded === undefined, error !== undefined, name);
  }
});

test('a language that is not installed is said, ends the check at once, and fails it where all are expected', () => {
  const check = path.join(root, 'scripts/bindings-check.ts');
  const run = (CI: string) =>
    spawnSync(process.execPath, ['--import', 'tsx', check], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: '/nowhere', CI },
      timeout: 60_000,
    });
  const { status, stderr } = run('');
  assert.equal(status, 0, stderr);
  for (const name of ['Python', 'Go', 'Rust']) assert.match(stderr, new RegExp(`^${name}: skipped`, 'm'));
  assert.equal(run('true').status, 1);
});
