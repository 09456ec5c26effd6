import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonText } from '../../../generated/json-text.js';
import type { Extras } from '../../domain/lifetime.js';
import { FORMAT_VERSION } from '../log/format.js';
import { FrameBuilder } from '../log/frame-builder.js';
import { visitRecords } from '../log/records.js';
import { randomFrom } from '../log/testing/model.js';
import { decodeItem, encodeItem, ItemReader, itemPrefix, withItem, writeItem } from './records.js';

const PREFIX = itemPrefix({ stream: 'chat', group: 'room 1' });
const KEYS: NonNullable<Extras['keys']> = [
  ['first', 3, 1_700_000_000_000],
  ['a-_9', 9, 1_700_000_000_123],
];
const EXTRAS: readonly (Extras | undefined)[] = [
  undefined,
  { keys: KEYS, expiresAt: undefined, owner: undefined },
  { keys: undefined, expiresAt: 1_700_000_000_999, owner: undefined },
  { keys: KEYS, expiresAt: 1_700_000_000_999, owner: undefined },
  { keys: undefined, expiresAt: undefined, owner: 'a-_9.s12/3' },
  { keys: KEYS, expiresAt: 1_700_000_000_999, owner: 'p.1' },
];
const NUMBERS = [0, 1, 9, 10, 99_999, 100_000, 999_999, 1e6, 1_000_001, 1_700_000_000_123, 1e12, 2 ** 53 - 1];

const sealed = (frame: FrameBuilder) => Buffer.from(frame.seal(0, 0, 0)).toString('latin1');

test('an item written in place is its key and its text, to the byte', () => {
  const chance = randomFrom(5);
  const any = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)] as T;
  for (let n = 0; n < 2000; n += 1) {
    const item = any(['plain', 'ünï', 'with space', 'a/b', 'x'.repeat(300), '%']);
    const json = any(['{"id":"a"}', '"é→😀"', `"${'v'.repeat(chance() * 100_000)}"`, '0']);
    const [rev, created, deletedBefore, timestamp] = [any(NUMBERS), any(NUMBERS), any(NUMBERS), any(NUMBERS)];
    const extras = any(EXTRAS);
    const state = { id: item, rev, created, deletedBefore, timestamp, value: json as JsonText, extras };
    const inPlace = new FrameBuilder();
    inPlace.set('before', '1');
    const bytes = writeItem(inPlace, PREFIX, state);
    const fromText = new FrameBuilder();
    fromText.set('before', '1');
    const from = fromText.length;
    fromText.set(withItem(PREFIX, item), encodeItem(state));
    assert.equal(bytes, fromText.length - from);
    assert.equal(sealed(inPlace), sealed(fromText));
  }
});

test('half of a surrogate pair and a key that is not ASCII are refused', () => {
  for (const [prefix, json] of [
    [PREFIX, '"\ud800"'],
    ['i/ü/', '1'],
  ] as const) {
    const state = {
      id: 'a',
      rev: 1,
      created: 1,
      deletedBefore: 0,
      timestamp: 1,
      value: json as JsonText,
      extras: undefined,
    };
    assert.throws(() => writeItem(new FrameBuilder(), prefix, state), { reason: 'invalid_input' });
  }
});

for (const extras of EXTRAS)
  test(`an item reads back from its text and from its bytes alike, with ${JSON.stringify(extras)}`, () => {
    const value = '{"a":"→"}' as JsonText;
    const state = {
      id: 'a/b →',
      rev: 9,
      created: 7,
      deletedBefore: 5,
      timestamp: 1_700_000_000_123,
      value,
      extras,
      run: undefined,
    };
    const frame = new FrameBuilder();
    const bytes = writeItem(frame, PREFIX, state);
    const data = frame.seal(0, 0, 0);
    const reader = new ItemReader();
    visitRecords(data, data.length - bytes, data.length, FORMAT_VERSION, {
      put(record) {
        const { older: _, newer: __, ...read } = reader.read(record, record.keyFrom + PREFIX.length) ?? {};
        assert.deepEqual(read, { ...state, bytes });
      },
      patch: () => assert.fail(),
      delete: () => assert.fail(),
      clear: () => assert.fail(),
      end: () => assert.fail(),
    });
    const { older: _, newer: __, ...decoded } = decodeItem('a/b →', encodeItem(state));
    assert.deepEqual(decoded, { ...state, bytes: 0 });
    for (const text of [
      '',
      '1',
      '1 1 0 1',
      '0 0 0 1 1',
      '1 2 0 1 1',
      '1 1 2 1 1',
      '1 1 0 x 1',
      '-1 0 0 1 1',
      '1 1 0 1 +{} 1',
      '1 1 0 1 +{"e":"1"} 1',
      '1 1 0 1 +{"k":[[1]]} 1',
    ])
      assert.throws(() => decodeItem('a', text), /malformed record of item "a"/);
  });
