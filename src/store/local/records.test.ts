import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonText } from '../../../generated/json-text.js';
import { FrameBuilder } from '../log/frame-builder.js';
import { randomFrom } from '../log/testing/model.js';
import type { Sequenced } from './group-index.js';
import { encodeItem, itemPrefix, withItem, writeItem } from './records.js';

const PREFIX = itemPrefix({ stream: 'chat', group: 'room 1' });
const NUMBERS = [0, 1, 9, 10, 99_999, 100_000, 999_999, 1e6, 1_000_001, 1_700_000_000_123, 1e12, 2 ** 53 - 1];

const sequenced = (item: string, kind: 'create' | 'delete', value: string, numbers: number[]): Sequenced => {
  const [seq = 1, created = 0, deletedBefore = 0, timestamp = 0] = numbers;
  const at = { stream: 'chat', group: 'room 1', item };
  const change = { ...at, kind, seq, epoch: 'e', timestamp, value: value as JsonText, old: undefined };
  return { change: { ...change, trace: undefined }, created, deletedBefore };
};

const sealed = (frame: FrameBuilder) => Buffer.from(frame.seal(0, 0, 0)).toString('latin1');

test('an item written in place is its key and its text, to the byte', () => {
  const chance = randomFrom(5);
  const any = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)] as T;
  for (let n = 0; n < 2000; n += 1) {
    const item = any(['plain', 'ünï', 'with space', 'a/b', 'x'.repeat(300), '%']);
    const json = any(['{"id":"a"}', '"é→😀"', `"${'v'.repeat(chance() * 100_000)}"`, '0']);
    const change = sequenced(
      item,
      any(['create', 'delete']),
      json,
      [1, 2, 3, 4].map(() => any(NUMBERS)),
    );
    const inPlace = new FrameBuilder();
    inPlace.set('before', '1');
    const bytes = writeItem(inPlace, PREFIX, change);
    const fromText = new FrameBuilder();
    fromText.set('before', '1');
    const from = fromText.length;
    fromText.set(withItem(PREFIX, item), encodeItem(change));
    assert.equal(bytes, fromText.length - from);
    assert.equal(sealed(inPlace), sealed(fromText));
  }
});

test('half of a surrogate pair and a key that is not ASCII are refused, and leave the frame as it was', () => {
  const frame = new FrameBuilder();
  frame.set('before', '1');
  const before = sealed(frame);
  const { length } = frame;
  for (const [prefix, json] of [
    [PREFIX, '"\ud800"'],
    ['i/ü/', '1'],
  ] as const) {
    const change = sequenced('a', 'create', json, [1, 1, 0, 1]);
    assert.throws(() => writeItem(frame, prefix, change), { reason: 'invalid_input' });
    frame.rewind(length);
    assert.equal(sealed(frame), before);
  }
});
