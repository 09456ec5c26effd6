import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrefixCache } from './prefix-cache.js';

test('finds what was put there last, and never something else', () => {
  const cache = new PrefixCache<string>();
  const texts = Array.from({ length: 20_000 }, (_, n) => `i/s/${n * 7}/`);
  const buffer = Buffer.from(texts.join(''));
  let from = 0;
  const places = texts.map((text) => {
    const at = from;
    from += text.length;
    return [at, from] as const;
  });
  texts.forEach((text, n) => {
    const [start, end] = places[n] as readonly [number, number];
    assert.equal(cache.get(buffer, start, end), undefined);
    cache.set(buffer, start, end, text, text);
    assert.equal(cache.get(buffer, start, end), text);
  });
  let found = 0;
  texts.forEach((text, n) => {
    const value = cache.get(buffer, ...(places[n] as readonly [number, number]));
    assert.ok(value === undefined || value === text);
    if (value !== undefined) found += 1;
  });
  assert.ok(found > 1_000 && found <= 4_096, `${found} found`);
  cache.clear();
  assert.ok(places.every(([start, end]) => cache.get(buffer, start, end) === undefined));
});
