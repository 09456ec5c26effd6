import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffConfig } from './diff.js';
import { parseConfig } from './load-config.js';

const parse = (text: string) => parseConfig(text, 'c.yaml', {});
const base = parse('port: 1');

test('each part is noticed, and only it', () => {
  const live = {
    auth_function: 'auth_function: a',
    limits: 'limits: { max_depth: 9 }',
    allowed_origins: 'allowed_origins: [https://a.example]',
    'log.level': 'log: { level: debug }',
    address: 'host: 127.0.0.1',
    admin: 'admin: false',
  };
  for (const [part, text] of Object.entries(live)) {
    const diff = diffConfig(base, parse(`port: 1\n${text}`));
    assert.deepEqual([...diff.live, ...diff.restart], [part]);
    assert.equal(diff.restart.size, 0);
  }
  const restart = {
    adapter: 'adapter: { name: kv, config: { tombstones: { max_per_group: 1 } } }',
    engine: 'engine: { port: 1 }',
    'log.format': 'log: { format: json }',
  };
  for (const [part, text] of Object.entries(restart)) {
    const diff = diffConfig(base, parse(`port: 1\n${text}`));
    assert.deepEqual([...diff.restart], [part]);
    assert.equal(diff.live.size, 0);
  }
  assert.deepEqual([...diffConfig(base, parse('port: 2')).live], ['address']);
});

test('what says the same in other words is no change', () => {
  const diff = diffConfig(
    base,
    parse('[{ name: iii-stream, config: { host: 0.0.0.0, port: 1, adapter: { name: kv } } }]'),
  );
  assert.equal(diff.live.size + diff.restart.size, 0);
});
