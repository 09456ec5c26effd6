// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is the syntax under test
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadConfig, parseConfig } from './load-config.js';

const refusal = (message: string | RegExp, code = 'config_invalid') => ({
  name: 'LocalError',
  code,
  message,
});
const parse = (text: string, env: Record<string, string> = {}) => parseConfig(text, 'c.yaml', env);

test('without a file: durable in ./data/stream_store, on this machine only', async () => {
  const config = await loadConfig();
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.port, 3112);
  assert.equal(config.adapter.name === 'kv' && config.adapter.config.store_method, 'file_based');
  assert.equal(config.adapter.name === 'kv' && config.adapter.config.file_path, './data/stream_store');
  assert.deepEqual(config.engine, { host: '127.0.0.1', port: 49134 });
});

test('with a file: what it does not say has the default of the product description', () => {
  const config = parse('auth_function: onAuth\nhost:\nadapter:\n  name: kv\n  config:\n');
  assert.equal(config.host, '0.0.0.0');
  assert.equal(config.port, 3112);
  assert.equal(config.auth_function, 'onAuth');
  assert.equal(config.adapter.name === 'kv' && config.adapter.config.store_method, 'in_memory');
  assert.equal(config.limits.max_frame_bytes, 4194304);
  assert.deepEqual(config.admin, { host: '127.0.0.1', port: 3113 });
  assert.deepEqual(config.log, { level: 'info', format: 'auto' });
  assert.ok(
    Object.isFrozen(config) && Object.isFrozen(config.limits) && Object.isFrozen(config.adapter.config),
  );
  assert.equal(parse('admin: false').admin, false);
});

test('the shapes of a file', () => {
  const config = 'config: { port: 4000, adapter: { name: kv } }';
  const others = '- { name: iii-queue, config: { port: 9, nobody: knows } }';
  const engine = '- { name: iii-worker-manager, config: { port: 5000, host: 0.0.0.0, rbac: {} } }';
  const ours = `- { name: iii-stream, ${config} }`;
  for (const text of [
    'port: 4000',
    '- port: 4000\n  adapter: { name: kv }',
    ours,
    `${others}\n${ours}`,
    `workers:\n  ${others}\n  ${ours}\nother_section: 1`,
  ]) {
    const { port, engine: endpoint } = parse(text);
    assert.deepEqual([port, endpoint.port], [4000, 49134], text);
  }
  assert.deepEqual(parse(`workers:\n  ${engine}\n  ${ours}`).engine, { host: '0.0.0.0', port: 5000 });
  assert.deepEqual(parse(`${engine}\n- { name: iii-stream, config: { engine: { port: 1 } } }`).engine, {
    host: '0.0.0.0',
    port: 1,
  });
  assert.equal(parse('- name: iii-stream').port, 3112);
});

test('a default stands in for an empty variable, as in a shell; comments need no variable', () => {
  assert.equal(parse('port: ${PORT:4000}', { PORT: '' }).port, 4000);
  assert.equal(parse('auth_function: "${AUTH}x"', { AUTH: '' }).auth_function, 'x');
  assert.equal(parse('port: 4000 # was ${UNSET}\nhost: "::1"  # and ${UNSET}').port, 4000);
  for (const text of [
    'host: "#${UNSET}"',
    'host: a#${UNSET}',
    'limits: { ${UNSET}: 1 }',
    '- name: [${UNSET}]',
  ]) {
    assert.throws(() => parse(text), refusal(/line 1: the environment variable UNSET is not set/), text);
  }
});

test('files of other programs are told how they are written here', () => {
  const modules = 'modules:\n- class: modules::stream::StreamModule\n  config: { port: 3112 }';
  for (const text of [
    modules,
    'services: { stream: { image: x } }',
    'workers: { iii-stream: { port: 1 } }',
  ]) {
    assert.throws(
      () => parse(text),
      refusal(/^c\.yaml: (modules|services|workers): .*workers: \[\{name: iii-stream/),
    );
  }
});

test('variables expand before parsing', () => {
  const text =
    '# ${NOT_SET} in a comment\nport: ${PORT:3112}\nadapter:\n  name: redis\n  config:\n    redis_url: ${URL:redis://localhost:6379}';
  assert.equal(parse(text).port, 3112);
  const config = parse(text, { PORT: '99', URL: 'redis://u:p@h:1/2' });
  assert.equal(config.port, 99);
  assert.equal(config.adapter.name === 'redis' && config.adapter.config.redis_url, 'redis://u:p@h:1/2');
  assert.equal(
    parse('adapter: { name: redis, config: { redis_url: "${URL:redis://localhost:6379}" } }').adapter.name,
    'redis',
  );
  assert.equal(parse('auth_function: ${AUTH:}').auth_function, undefined);
  assert.equal(parse('auth_function: ${AUTH:onAuth}', { AUTH: '' }).auth_function, 'onAuth');
  assert.throws(
    () => parse('port: 1\nhost: ${MY_HOST}'),
    refusal('c.yaml, line 2: the environment variable MY_HOST is not set and has no default'),
  );
  assert.throws(
    () => parse('host: ${H}', { H: 'a\nport: 1' }),
    refusal(/^c\.yaml, line 1: .* H holds a line break$/),
  );
});

test('a fault is one sentence that names file and key', () => {
  const faults: readonly (readonly [string, string])[] = [
    [
      'adapter: { name: kv, config: { file_pth: x } }',
      'adapter.config.file_pth: unknown key (did you mean file_path?)',
    ],
    ['adapter: { name: kv, config: { redis_url: x } }', 'adapter.config.redis_url: unknown key'],
    ['limits: { max_name_byte: 1 }', 'limits.max_name_byte: unknown key (did you mean max_name_bytes?)'],
    ['prot: 1', 'prot: unknown key (did you mean port?)'],
    ['nothing_like_it: 1', 'nothing_like_it: unknown key'],
    ['nothing_like_it:', 'nothing_like_it: unknown key'],
    [
      'adapter: { name: kv, config: { tombstones: { max_age: 1 } } }',
      'adapter.config.tombstones.max_age: unknown key',
    ],
    ['adapter: { name: mongo }', 'adapter.name: must be one of kv, redis'],
    ['adapter: { config: {} }', 'adapter.name: is required'],
    ['adapter: { name: redis }', 'adapter.config: is required'],
    ['adapter: { name: kv, config: { store_method: file_based } }', 'adapter.config.file_path: is required'],
    ['port: "3112"', 'port: must be integer'],
    ['port: 65536', 'port: must be <= 65535'],
    ['log: { level: loud }', 'log.level: must be one of trace, debug, info, warn, error, fatal, silent'],
    ['', 'is empty'],
    ['# nothing', 'is empty'],
    ['just text', 'must hold a mapping or a list of workers'],
    ['workers: 1', 'workers: must be a list'],
    ['- 1', 'entry 1 of the list is not a mapping'],
    ['[]', 'has no worker named iii-stream'],
    ['workers: [{ name: iii-queue }]', 'has no worker named iii-stream'],
    ['[{ name: iii-stream }, { name: iii-stream }]', 'has 2 workers named iii-stream, one is allowed'],
    ['- { name: iii-stream, port: 1 }', 'iii-stream: port: belongs below config'],
    ['- { name: iii-stream, config: 1 }', 'iii-stream: config: must be a mapping'],
    [
      '[{ name: iii-worker-manager, config: { port: x } }, { name: iii-stream }]',
      'engine.port: must be integer',
    ],
    ['__proto__: { port: 1 }', '__proto__: unknown key'],
    ['port: *gone', 'is not valid YAML: an alias has no anchor, or there are too many'],
  ];
  for (const [text, message] of faults) assert.throws(() => parse(text), refusal(`c.yaml: ${message}`), text);
  assert.throws(
    () => parse('port: 1\nport: 2'),
    refusal('c.yaml, line 2, column 1: is not valid YAML: duplicate key'),
  );
  assert.throws(
    () => parse('port: 1\n\thost: a'),
    refusal(/^c\.yaml, line 2, column \d+: is not valid YAML: /),
  );
});

test('no fault shows a value', () => {
  const secret = 'hunter2';
  for (const text of [
    'adapter: { name: ${S} }',
    'adapter: { name: redis, config: ${S} }',
    'adapter: { name: redis, config: { redis_url: x, command_timeout_ms: ${S} } }',
    'log: { level: ${S} }',
    'admin: ${S}',
    'port: *${S}',
    'host: ${S}: x',
    'host: !${S} a',
    '"redis://u:${S}@h": 1',
    '${S}',
    '- ${S}',
  ]) {
    assert.throws(
      () => parse(text, { S: secret }),
      (error: Error) => error.name === 'LocalError' && !error.message.includes(secret),
      text,
    );
  }
});

test('files that cannot be read', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'config-'));
  try {
    const file = path.join(directory, 'c.yaml');
    const unreadable = (sentence: string) => refusal(sentence, 'config_unreadable');
    await assert.rejects(loadConfig(file), unreadable(`${file}: the configuration file does not exist`));
    await assert.rejects(
      loadConfig(directory),
      unreadable(`${directory}: is a directory, not a configuration file`),
    );
    await writeFile(file, '\uFEFFport: 1\r\nhost: h\r\n');
    const { port, host } = await loadConfig(file);
    assert.deepEqual({ port, host }, { port: 1, host: 'h' });
  } finally {
    await rm(directory, { recursive: true });
  }
});
