import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UpdateOp } from '../../generated/functions.js';
import type { JsonText } from '../../generated/json-text.js';
import { AppendsInText } from './append-in-text.js';
import { asJson, jsonOf } from './json-text.js';
import { applyUpdate } from './update-ops.js';

const LONG = 'x'.repeat(2_000);
const append = (value: unknown, path: unknown = 'text'): UpdateOp[] => [
  { type: 'append', path, value } as UpdateOp,
];

test('many appends make what applying them makes, whoever writes in between', () => {
  const appends = new AppendsInText();
  const pieces = [' tok', '"', '\\', '\n', '\u2028', '☃', '\ud83d', '\ude00', '', 'a long piece of text'];
  let text: JsonText = jsonOf({ a: { text: 'other' }, text: LONG, more: [1, 'text', { text: 'no' }] });
  let value = JSON.parse(text) as Record<string, unknown>;
  let grown = 0;
  for (let i = 0; i < 3_000; i++) {
    const ops = append(pieces[i % pieces.length], i % 700 < 600 ? 'text' : ['a', 'text']);
    const made = appends.apply('k', text, ops);
    if (made !== undefined) grown++;
    text = made ?? applyUpdate(text, ops).value;
    value = applyUpdateOps(value, ops);
    if (i % 500 === 250) {
      // Another writer.
      value = { ...value, text: `${LONG}${i}` };
      text = jsonOf(value);
    }
    if (i % 97 === 0) assert.deepEqual(JSON.parse(text), value);
  }
  assert.deepEqual(JSON.parse(text), value);
  assert.equal(grown, 3_000);
});

/** Without a text, for comparison. */
function applyUpdateOps(value: Record<string, unknown>, [op]: UpdateOp[]): Record<string, unknown> {
  const { path, value: piece } = op as unknown as { path: string | string[]; value: string };
  if (path === 'text') return { ...value, text: `${value.text}${piece}` };
  const a = value.a as { text: string };
  return { ...value, a: { ...a, text: a.text + piece } };
}

test('what is not one string appended to a string of a long text is left to the parser', () => {
  const value = { text: LONG, n: 1, list: [], deep: { text: 'x' }, 'a"b': 'q' };
  const text = jsonOf(value);
  const cases: [UpdateOp[], JsonText?][] = [
    [append(1)],
    [append(['x'])],
    [append('x', 'n')],
    [append('x', 'list')],
    [append('x', 'missing')],
    [append('x', '')],
    [append('x', ['deep', 'text', 'x'])],
    [append('x', '__proto__')],
    [append('x', ['deep', ''])],
    [[...append('x'), ...append('y')]],
    [[{ type: 'set', path: 'text', value: 'x' }]],
    [append('x'), jsonOf({ text: 'short' })],
    [append('x'), asJson(`["${LONG}"]`)],
    [append('x', ''), asJson('1'.repeat(2_000))],
  ];
  for (const [ops, current = text] of cases)
    assert.equal(new AppendsInText().apply('k', current, ops), undefined, JSON.stringify(ops));
});

test('numbers beside the string stay as they are written', () => {
  const current = asJson(`{"text":"${LONG}","n":9007199254740993,"f":1.0}`);
  const after = new AppendsInText().apply('k', current, append('x'));
  assert.equal(after, `{"text":"${LONG}x","n":9007199254740993,"f":1.0}`);
});

test('finds the place as JSON.parse reads the text', () => {
  const cases: [string, unknown, unknown][] = [
    [` { "text" : "${LONG}" , "b" : 1 } `, 'text', { text: `${LONG}!`, b: 1 }],
    [`{"text":"first","text":"${LONG}"}`, 'text', { text: `${LONG}!` }],
    [`{"te\\u0078t":"${LONG}\\""}`, 'text', { text: `${LONG}"!` }],
    [`"${LONG}"`, '', `${LONG}!`],
    [`"${LONG}"`, [], `${LONG}!`],
    [`{"a":{"b":{"c":"${LONG}\\\\"}}}`, ['a', 'b', 'c'], { a: { b: { c: `${LONG}\\!` } } }],
  ];
  for (const [text, path, expected] of cases) {
    const made = new AppendsInText().apply('k', asJson(text), append('!', path));
    assert.deepEqual(JSON.parse(made ?? 'null'), expected, text.slice(0, 40));
  }
});

test('remembers a bounded number of items', () => {
  const appends = new AppendsInText();
  const text = jsonOf({ text: 'x'.repeat(3 * 1024 * 1024) });
  for (let i = 0; i < 20; i++) assert.ok(appends.apply(`${i}`, text, append('y')) !== undefined);
  assert.ok(appends.characters <= 16 * 1024 * 1024, `${appends.characters}`);
});
