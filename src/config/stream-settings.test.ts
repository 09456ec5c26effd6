import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamRules } from './stream-settings.js';

const settings = (ttl_ms: number) => ({ persist: true, ttl_ms });

test('the first pattern that fits counts; a star is any text, and everything else is itself', () => {
  const rules = new StreamRules({
    'a.b': settings(1),
    'session-*': settings(2),
    '*-x*y': settings(3),
    '(*)[': settings(4),
    'session-late': settings(5),
    '**': settings(6),
  });
  const ttlOf = (stream: string) => rules.of(stream)?.ttl_ms;
  const streams = ['a.b', 'axb', 'session-', 'session-late', 'Session-1', '1-x\n2y', '(any)[', 'a.b\n'];
  assert.deepEqual(streams.map(ttlOf), [1, 6, 2, 2, 6, 3, 4, 6]);
  assert.deepEqual(streams.map(ttlOf), [1, 6, 2, 2, 6, 3, 4, 6]);
  assert.equal(new StreamRules({}).of('a'), undefined);
  assert.equal(new StreamRules({ a: settings(1) }).of('b'), undefined);
});
