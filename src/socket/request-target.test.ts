import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../net/refusal.js';
import { parseTarget } from './request-target.js';

const names = (url: string): unknown[] => {
  const { stream, group, item } = parseTarget(url, 512).subscription!;
  return item === undefined ? [stream, group] : [stream, group, item];
};

test('paths name a group or an item, percent-encoded, with or without a slash at the end', () => {
  const table: [string, string[]][] = [
    ['/stream/presence/room-1', ['presence', 'room-1']],
    ['/stream/presence/room-1/', ['presence', 'room-1']],
    ['/stream/presence/room-1/ann', ['presence', 'room-1', 'ann']],
    ['/stream/presence/room-1/ann/', ['presence', 'room-1', 'ann']],
    ['/stream/a%2Fb/c%3Ad/e%25f', ['a/b', 'c:d', 'e%f']],
    ['/stream/a%20b/%E2%98%83', ['a b', '☃']],
    ['/stream/%F0%9F%98%80/g', ['😀', 'g']],
    ['/stream/a+b/c', ['a+b', 'c']],
    ['/stream/./..', ['.', '..']],
    ['http://h:3112/stream/a/b', ['a', 'b']],
    ['WS://h/stream/a/b?items=1', ['a', 'b']],
    ['/stream/__proto__/constructor', ['__proto__', 'constructor']],
    ['/stream/%2F/%3F%23', ['/', '?#']],
    ['/stream/stream/stream', ['stream', 'stream']],
  ];
  for (const [url, expected] of table) assert.deepEqual(names(url), expected, url);
});

test('everything else is refused with a status and a code', () => {
  const table: [string, number, string][] = [
    ['', 404, 'not_found'],
    ['/x', 404, 'not_found'],
    ['/otel', 404, 'not_found'],
    ['//', 404, 'not_found'],
    ['/stream', 404, 'not_found'],
    ['/stream/', 404, 'not_found'],
    ['/stream/a', 404, 'not_found'],
    ['/stream/a/', 404, 'not_found'],
    ['/stream/a/b/c/d', 404, 'not_found'],
    ['/streams/a/b', 404, 'not_found'],
    ['ftp://host/', 404, 'not_found'],
    ['/stream//b', 400, 'empty_name'],
    ['/stream/a//', 400, 'empty_name'],
    ['/stream/a//c', 400, 'empty_name'],
    ['/stream/a/b//', 400, 'empty_name'],
    ['/stream/%/b', 400, 'bad_encoding'],
    ['/stream/a%2/b', 400, 'bad_encoding'],
    ['/stream/%zz/b', 400, 'bad_encoding'],
    ['/stream/%ff/b', 400, 'bad_encoding'],
    ['/stream/%ED%A0%80/b', 400, 'bad_encoding'],
    ['/stream/é/b', 400, 'bad_encoding'],
    [`/stream/${'x'.repeat(513)}/b`, 400, 'name_too_long'],
    [`/stream/a/${'%E2%98%83'.repeat(171)}`, 400, 'name_too_long'],
    ['/stream/a/b?since=', 400, 'invalid_message'],
    ['/stream/a/b?since=7', 400, 'invalid_message'],
    ['/stream/a/b?since=e:', 400, 'invalid_message'],
    ['/stream/a/b?since=e:-1', 400, 'invalid_message'],
    ['/stream/a/b?since=e:1.5', 400, 'invalid_message'],
    ['/stream/a/b?since=e:9007199254740992', 400, 'invalid_message'],
    ['/stream/a/b?items=yes', 400, 'invalid_message'],
    ['/stream/a/b?ack=', 400, 'invalid_message'],
  ];
  for (const [url, status, code] of table) {
    assert.throws(
      () => parseTarget(url, 512),
      (error) => error instanceof Refusal && error.status === status && error.code === code,
      url,
    );
  }
});

test('the query asks for a resume, for ids and for an acknowledgement', () => {
  const plain = parseTarget('/stream/a/b', 512).subscription!;
  assert.deepEqual([plain.since, plain.withItems, plain.ack], [undefined, false, false]);
  const full = parseTarget('/stream/a/b/?since=ep%3Aoch:42&items=1&ack=1', 512).subscription!;
  assert.deepEqual([full.since, full.withItems, full.ack], [{ epoch: 'ep:och', seq: 42 }, true, true]);
  assert.equal(parseTarget('/stream/a/b?items=0&ack=0', 512).subscription!.withItems, false);
});

test('the auth function sees the raw path and every parameter, also one with a strange name', () => {
  const { path, query, subscription } = parseTarget('/?token=a&token=b&__proto__=c&x', 512);
  assert.equal(path, '/');
  assert.equal(subscription, undefined);
  assert.equal(JSON.stringify(query), '{"token":["a","b"],"__proto__":["c"],"x":[""]}');
  assert.equal(parseTarget('/stream/a%2Fb/c/?d', 512).path, '/stream/a%2Fb/c/');
});

test('the absolute form of a target is its path', () => {
  assert.equal(parseTarget('http://h:3112', 512).path, '/');
  assert.deepEqual(parseTarget('wss://h?a=1', 512).query.a, ['1']);
  assert.throws(() => parseTarget('ftp://h/stream/a/b', 512), { code: 'not_found' });
});
