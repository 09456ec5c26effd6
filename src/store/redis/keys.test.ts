import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeySpace, memberOf, parseMember } from './keys.js';
import { hashedPart, tagOfSameSlot } from './slot.js';

const keys = new KeySpace();

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
  assert.equal(keys.data(memberOf({ stream: 'chat', group: 'room:1' })), 'stream:chat:room:1');
  assert.equal(keys.data(memberOf({ stream: '50% {x}', group: '%3A' })), 'stream:50% {x}:%3A');
  assert.equal(keys.data(memberOf({ stream: 'a:b', group: 'c' })), 'stream:a%3Ab:c');
});

test('every address has a key of its own, and can be read back from it', () => {
  const seen = new Set<string>();
  for (const stream of NAMES) {
    for (const group of NAMES) {
      const member = memberOf({ stream, group });
      assert.deepEqual(parseMember(member), { stream, group });
      assert.equal(keys.memberOfKey(keys.data(member)), member);
      for (const key of keys.group(member)) seen.add(key);
    }
  }
  assert.equal(seen.size, NAMES.length * NAMES.length * 7);
});

test('keys that are no group of ours are left alone', () => {
  for (const key of ['stream:', 'stream:a', 'stream::g', 'stream:s:', 'other:s:g', '{stream:s:g}:head']) {
    assert.equal(keys.memberOfKey(key), undefined, key);
  }
});

test('all keys of a group are hashed to the slot of its items', () => {
  for (const stream of NAMES) {
    for (const group of NAMES) {
      const [data, ...own] = keys.group(memberOf({ stream, group }));
      for (const key of own) {
        assert.equal(tagOfSameSlot(hashedPart(key)), tagOfSameSlot(hashedPart(data!)), `${key} and ${data}`);
      }
    }
  }
});

test('stores with other prefixes, and other databases, share no key and no channel', () => {
  const spaces = [new KeySpace(), new KeySpace('', 1), new KeySpace('a:'), new KeySpace('a:', 2)];
  assert.deepEqual(
    spaces.map(({ channel }) => channel),
    ['stream::events', 'db1:stream::events', 'a:stream::events', 'a:db2:stream::events'],
  );
  assert.equal(new KeySpace('a:', 2, '').channel, 'stream::events');
  const prefixed = spaces[2]!;
  assert.deepEqual(prefixed.group('s:g').slice(0, 2), ['a:stream:s:g', '{a:stream:s:g}:head']);
  assert.equal(prefixed.memberOfKey('a:stream:s:g'), 's:g');
  assert.equal(prefixed.memberOfKey('stream:s:g'), undefined);
  assert.equal(new KeySpace('x*').pattern, 'x\\*stream:*');
});
