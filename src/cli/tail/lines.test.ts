import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonText } from '../../../generated/json-text.js';
import {
  renderChange,
  renderDropped,
  renderEvent,
  renderSubscribed,
  renderSync,
} from '../../domain/message.js';
import { sliceElements } from '../../wire/json-elements.js';
import { oneLine, shownName } from '../output.js';
import { describe } from './lines.js';

const json = (text: string) => text as JsonText;
const at = { stream: 's', group: 'g' };
const timestamp = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

test('a change is one line, its value as it was written, whatever a stranger put into it', () => {
  const value = json('{"n":12345678901234567890,\n "t":"\u009b31m"}');
  const change = { ...at, item: 'a\u001b[2J', kind: 'create', seq: 7, epoch: 'e', timestamp, value } as const;
  assert.deepEqual(describe(renderChange({ ...change, old: undefined })), [
    '03:04:05.678 7 create "a\\u001b[2J" {"n":12345678901234567890, "t":"\\u009b31m"}',
  ]);
  assert.match(
    describe(renderChange({ ...change, old: undefined, seq: 0, epoch: '' }))[0] ?? '',
    /678 create /,
  );
});

test('a sync lists its items, of a group and of one item', () => {
  const items = [
    { id: 'a', rev: 1, created: 1, timestamp, value: json('1.0') },
    { id: 'b c', rev: 2, created: 2, timestamp, value: json('[]') },
  ];
  const snapshot = { epoch: 'e', seq: 2, timestamp, items };
  assert.deepEqual(describe(renderSync(at, snapshot, undefined, true)), [
    '-- 2 items at e:2',
    '   a 1.0',
    '   "b c" []',
  ]);
  assert.deepEqual(describe(renderSync(at, snapshot, 'a', true)), ['-- 1 item at e:2', '   a 1.0']);
  assert.deepEqual(describe(renderSync(at, snapshot, 'none', true)), ['-- 0 items at e:2']);
});

test('events, lost events, lost cursors and errors are told', () => {
  const event = { ...at, item: 'i', type: 'ping', data: json('{"a":1}'), timestamp };
  assert.deepEqual(describe(renderEvent(event)), ['03:04:05.678 event i ping {"a":1}']);
  assert.deepEqual(describe(renderDropped(at, 3)), ['-- 3 custom events were missed']);
  const ack = { ...at, subscriptionId: '1', item: undefined, cursor: { epoch: 'e', seq: 1 } };
  assert.deepEqual(describe(renderSubscribed({ ...ack, mode: 'changes', reason: undefined })), []);
  assert.deepEqual(describe(renderSubscribed({ ...ack, mode: 'sync', reason: 'epoch' })), [
    "-- starting anew (the cursor's epoch is gone)",
  ]);
  const error = { type: 'error', code: 'unavailable', message: 'try later' };
  assert.deepEqual(describe(JSON.stringify(error)), ['-- unavailable: try later']);
});

test('elements are cut out as they are', () => {
  assert.deepEqual(sliceElements('[ 1.0 , {"a":[1,2]},"]", [] ]'), ['1.0', '{"a":[1,2]}', '"]"', '[]']);
  assert.deepEqual(sliceElements('[]'), []);
  assert.equal(oneLine('{\r\n  "a": 1\n}'), '{ "a": 1 }');
  assert.deepEqual(['plain', 'ünï', 'a b', ''].map(shownName), ['plain', 'ünï', '"a b"', '""']);
});
