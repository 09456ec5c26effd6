import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalError } from '../../domain/errors.js';
import { parseRedisUrl } from './redis-url.js';

test('one address', () => {
  assert.deepEqual(parseRedisUrl('redis://localhost:6380/2'), {
    nodes: [{ host: 'localhost', port: 6380 }],
    shared: { db: 2 },
    label: 'localhost:6380',
  });
  assert.deepEqual(parseRedisUrl('rediss://me:p%40ss@[::1]'), {
    nodes: [{ host: '::1', port: 6379 }],
    shared: { username: 'me', password: 'p@ss', tls: {} },
    label: '::1:6379',
  });
});

test('several addresses are a Cluster', () => {
  const target = parseRedisUrl('redis://:secret@a:7000, b:7001,redis://c');
  assert.deepEqual(
    target.nodes.map(({ host, port }) => `${host}:${port}`),
    ['a:7000', 'b:7001', 'c:6379'],
  );
  assert.deepEqual(target.shared, { password: 'secret' });
  assert.equal(target.label, 'a:7000,b:7001,c:6379');
});

test('Sentinels, and the master by its name', () => {
  assert.deepEqual(parseRedisUrl('redis-sentinel://me:p@a,b:5000/main/2'), {
    nodes: [
      { host: 'a', port: 26_379 },
      { host: 'b', port: 5_000 },
    ],
    shared: { username: 'me', password: 'p', db: 2 },
    label: 'a:26379,b:5000/main',
    master: 'main',
  });
});

test('what is no address is refused in one sentence without credentials', () => {
  const wrong = [
    '',
    'http://u:secret@h',
    'redis://u:secret@',
    'redis://u:secret%@h',
    'redis://u:secret@h:x',
    'redis://u:secret@h/db',
    'redis://u:secret@a/1,b',
    'redis://u:secret@h?db=2',
    'redis://u:secret@h:6379/?tls=true',
    'redis://u:secret@h#x',
    'redis-sentinel://u:secret@h',
    'redis-sentinel://u:secret@h/',
    'redis-sentinel://u:secret@h/main/x',
    'redis-sentinel://u:secret@h/main/1/2',
  ];
  for (const url of wrong) {
    assert.throws(
      () => parseRedisUrl(url),
      (error: unknown) =>
        error instanceof LocalError && error.code === 'redis_url' && !error.message.includes('secret'),
      url,
    );
  }
});
