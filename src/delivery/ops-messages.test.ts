import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson, jsonOf } from '../domain/json-text.js';
import { appendText } from '../domain/string-append.js';
import type { Entry } from './entry.js';
import { opsMessages } from './ops-messages.js';

const entry = (
  seq: number,
  item: string,
  ops?: unknown,
  from = seq - 1,
  more?: true,
  growsString = true,
): Entry => ({
  seq,
  epoch: 'e',
  item,
  text: asJson(`{"whole":${seq}}`),
  isEvent: false,
  timestamp: seq,
  ops:
    ops === undefined
      ? undefined
      : { text: typeof ops === 'string' ? asJson(ops) : jsonOf(ops), from, growsString },
  more,
});
const told = (...entries: Entry[]): unknown[] =>
  opsMessages(entries, 7).map(({ seq, text }) => {
    const message = JSON.parse(text) as { seq?: number };
    if (message.seq !== undefined) assert.equal(message.seq, seq);
    return message;
  });
const append = (value: string, path = 'text'): string => appendText(path, value);

test('an update goes with its ops and nothing that the reader knows', () => {
  const ops = [{ type: 'increment', path: 'n', by: 1 }];
  assert.deepEqual(told(entry(5, 'a', ops, 3)), [{ n: 7, id: 'a', seq: 5, from: 3, ops }]);
  assert.deepEqual(told(entry(5, 'a', ops, 3, true)), [{ n: 7, id: 'a', seq: 5, from: 3, ops, more: true }]);
  assert.deepEqual(told(entry(5, 'a')), [{ whole: 5 }]);
  const long = append('x"\\\n☃', 'a "path"');
  assert.ok(opsMessages([entry(9, 'm1', long)], 7)[0]!.text.length < 44 + long.length);
});

test('strings that are appended to one path become one, in the place of the last', () => {
  const one = (value: string, path?: string) => JSON.parse(append(value, path));
  assert.deepEqual(
    told(
      entry(2, 'a', append('x"\n'), 1),
      entry(3, 'b', append('of b'), 1),
      entry(4, 'a', append('\\y'), 2),
      entry(5, 'a', append('z'), 4),
    ),
    [
      { n: 7, id: 'b', seq: 3, from: 1, ops: one('of b') },
      { n: 7, id: 'a', seq: 5, from: 1, ops: one('x"\n\\yz') },
    ],
  );
  const apart = (...entries: Entry[]): void => assert.equal(told(...entries).length, entries.length);
  apart(entry(2, 'a', append('x')), entry(3, 'a', append('y', 'other')));
  apart(entry(2, 'a', append('x')), entry(3, 'a', [{ type: 'remove', path: 'text' }]));
  apart(entry(2, 'a', append('x')), entry(3, 'a'), entry(4, 'a', append('y')));
  // To an array: two elements.
  apart(entry(2, 'a', append('x'), 1, undefined, false), entry(3, 'a', append('y'), 2, undefined, false));
  // It does not go on from there.
  apart(entry(2, 'a', append('x')), entry(4, 'a', append('y'), 3));
  // The rest of the transaction would wait.
  apart(entry(2, 'a', append('x'), 1, true), entry(3, 'b', append('y'), 1), entry(4, 'a', append('y'), 2));
  apart(entry(2, 'a', [{ type: 'append', path: 'text', value: ['x'] }]), entry(3, 'a', append('y')));
});

test('a text that only looks like one append is left as it is', () => {
  const two = `${append('x').slice(0, -1)},{"type":"append","path":"text","value":"y"}]`;
  const odd = '[{"type":"append","path":"text","value":"x","note":"y"}]';
  for (const ops of [two, odd]) {
    assert.deepEqual(told(entry(2, 'a', ops), entry(3, 'a', append('z'))), [
      { n: 7, id: 'a', seq: 2, from: 1, ops: JSON.parse(ops) },
      { n: 7, id: 'a', seq: 3, from: 2, ops: JSON.parse(append('z')) },
    ]);
  }
});
