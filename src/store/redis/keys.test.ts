import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataKey, groupKeys, memberOf, memberOfKey, parseMember } from './keys.js';
import { hashedPart, tagOfSameSlot } from './slot.js';

const NAMES = [
  'a',
  'a:b',
  ':',
  '%',
  '%3A',
  '%25',
  '%253A',
  '50%',
  '%:',
  '%%3A',
  '{}',
  '{a}',
  'a}b',
  '}{',
  '{',
  'é\u0000',
];

test('names without : and % map to the keys of deployed engines', () => {
  assert.equal(dataKey(memberOf({ stream: 'chat', group: 'room:1' })), 'stream:chat:room:1');
  assert.equal(dataKey(memberOf({ stream: '50% {x}', group: '%3A' })), 'stream:50% {x}:%3A');
  assert.equal(dataKey(memberOf({ stream: 'a:b', group: 'c' })), 'stream:a%3Ab:c');
});

test('every address has a key of its own, and can be read back from it', () => {
  const keys = new Set<string>();
  for (const stream of NAMES) {
    for (const group of NAMES) {
      const member = memberOf({ stream, group });
      assert.deepEqual(parseMember(member), { stream, group });
      assert.equal(memberOfKey(dataKey(member)), member);
      for (const key of groupKeys(member)) keys.add(key);
    }
  }
  assert.equal(keys.size, NAMES.length * NAMES.length * 6);
});

test('keys that are no group of ours are left alone', () => {
  for (const key of ['stream:', 'stream:a', 'stream::g', 'stream:s:', 'other:s:g', '{stream:s:g}:head']) {
    assert.equal(memberOfKey(key), undefined, key);
  }
});

test('all keys of a group are hashed to the slot of its items', () => {
  for (const stream of NAMES) {
    for (const group of NAMES) {
      const [data, ...own] = groupKeys(memberOf({ stream, group }));
      for (const key of own) {
        assert.equal(tagOfSameSlot(hashedPart(key)), tagOfSameSlot(hashedPart(data!)), `${key} and ${data}`);
      }
    }
  }
});
