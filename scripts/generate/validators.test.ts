import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../generated/config.js';
import * as validators from '../../generated/validators.js';
import { explain, type Validator } from '../../generated/validators.js';

const fault = (validate: Validator<never> | Validator<unknown>, value: unknown, root = 'payload'): string =>
  (validate as Validator<unknown>)(value) ? 'valid' : explain(validate, root);

const ADDRESS = { stream_name: 's', group_id: 'g', item_id: 'i' };

test('function inputs: one fault, naming its field', () => {
  const set = validators.validateSetInput;
  assert.equal(fault(set, { ...ADDRESS, data: null, _caller_worker_id: 'w' }), 'valid');
  assert.equal(fault(set, { stream_name: 's', item_id: 'i', data: 1 }), 'group_id: is required');
  assert.equal(fault(set, ADDRESS), 'data: is required');
  assert.equal(fault(set, { ...ADDRESS, item_id: 1, data: 1 }), 'item_id: must be string');
  for (const value of [null, [], 'x', 1]) assert.equal(fault(set, value), 'payload: must be object');
  const send = { stream_name: 's', group_id: 'g', type: 't', data: 1 };
  assert.equal(fault(validators.validateSendInput, { ...send, id: null }), 'valid');
  assert.equal(fault(validators.validateSendInput, { ...send, id: 1 }), 'id: must be string or null');
});

test('update operations: one bad one gives one fault', () => {
  const ops = (...list: unknown[]): string =>
    fault(validators.validateUpdateInput, { ...ADDRESS, ops: list });
  const by = Number.MAX_SAFE_INTEGER;
  assert.equal(ops({ type: 'set', path: '' }, { type: 'increment', path: 'a', by }), 'valid');
  assert.equal(ops({ type: 'merge', value: 1 }, { type: 'merge', value: 1, path: null }), 'valid');
  assert.equal(ops({ type: 'merge', value: 1, path: ['a', 'b'] }), 'valid');
  assert.equal(
    ops({ type: 'remove', path: 'a' }, { type: 'rename' }),
    'ops[1].type: has the unknown value "rename"',
  );
  assert.equal(ops({}), 'ops[0].type: is required');
  assert.equal(ops({ type: 1 }), 'ops[0].type: must be string');
  assert.equal(ops(1), 'ops[0]: must be object');
  assert.equal(ops({ type: 'increment', path: 'a' }), 'ops[0].by: is required');
  assert.equal(ops({ type: 'increment', path: 'a', by: 1.5 }), 'ops[0].by: must be integer');
  assert.equal(ops({ type: 'decrement', path: 'a', by: by + 1 }), `ops[0].by: must be <= ${by}`);
  assert.equal(ops({ type: 'decrement', path: 'a', by: -by - 1 }), `ops[0].by: must be >= ${-by}`);
  assert.equal(ops({ type: 'merge', value: 1, path: 1 }), 'ops[0].path: must be string or array or null');
  assert.equal(ops({ type: 'merge', value: 1, path: ['a', 1] }), 'ops[0].path[1]: must be string');
});

test('socket messages', () => {
  const client = (value: unknown): string => fault(validators.validateClientMessage, value, 'message');
  const data = { subscriptionId: '1', streamName: 's', groupId: 'g' };
  assert.equal(client({ type: 'join', data: { ...data, id: null, other: 1 } }), 'valid');
  assert.equal(
    client({ type: 'join', data: { ...data, since: { epoch: 'e', seq: 0 }, items: true, ack: true } }),
    'valid',
  );
  assert.equal(client({ type: 'leave', data: { subscriptionId: '1' } }), 'valid');
  assert.equal(client({ type: 'joni', data }), 'type: has the unknown value "joni"');
  assert.equal(client({ type: 'join' }), 'data: is required');
  assert.equal(
    client({ type: 'join', data: { ...data, since: { epoch: 'e', seq: -1 } } }),
    'data.since.seq: must be >= 0',
  );
  const server = (value: unknown): string => fault(validators.validateServerMessage, value, 'message');
  const stream = { type: 'stream', timestamp: 1, streamName: 's', groupId: 'g', id: null };
  assert.equal(server({ ...stream, event: { type: 'sync', data: [] }, seq: 1, epoch: 'e' }), 'valid');
  assert.equal(server({ ...stream, event: { type: 'event', event: { type: 't', data: null } } }), 'valid');
  assert.equal(server({ ...stream, event: { type: 'sync' } }), 'event.data: is required');
  assert.equal(
    server({ type: 'error', code: 'no_such', message: '' }).startsWith(
      'code: must be one of invalid_message,',
    ),
    true,
  );
});

test('worker protocol messages', () => {
  const worker = (value: unknown): string => fault(validators.validateWorkerMessage, value, 'message');
  const call = { type: 'invokefunction', function_id: 'f' };
  assert.equal(worker({ ...call, action: { type: 'void' }, invocation_id: null }), 'valid');
  assert.equal(worker({ ...call, action: null }), 'valid');
  assert.equal(worker({ ...call, action: { type: 'later' } }), 'action.type: has the unknown value "later"');
  assert.equal(worker({ ...call, action: 1 }), 'action: must be object or null');
  assert.equal(worker({ type: 'invokefunction' }), 'function_id: is required');
  const result = { type: 'invocationresult', invocation_id: '1', function_id: 'f' };
  assert.equal(worker({ ...result, error: null }), 'valid');
  assert.equal(worker({ ...result, error: { code: 'c' } }), 'error.message: is required');
  assert.equal(
    worker({ type: 'workerregistered', worker_id: 'w' }),
    'type: has the unknown value "workerregistered"',
  );
});

test('triggers: a stream trigger needs its stream', () => {
  assert.equal(fault(validators.validateStreamTriggerConfig, {}, 'config'), 'stream_name: is required');
  assert.equal(
    fault(validators.validateStreamTriggerConfig, { stream_name: 's', group_id: null }, 'config'),
    'valid',
  );
  assert.equal(fault(validators.validateJoinTriggerConfig, {}, 'config'), 'valid');
});

test('the configuration gets its defaults', () => {
  const config: unknown = {
    adapter: { name: 'redis', config: { redis_url: 'redis://r' } },
    limits: { max_depth: 9 },
  };
  assert.equal(validators.validateConfig(config), true);
  const { port, host, adapter, limits, admin, log, engine } = config as Config;
  assert.deepEqual({ port, host }, { port: 3112, host: '0.0.0.0' });
  assert.equal(adapter.name === 'redis' && adapter.config.command_timeout_ms, 5000);
  assert.deepEqual(adapter.config.tombstones, { max_per_group: 10000, max_age_ms: 86400000 });
  assert.deepEqual([limits.max_depth, limits.max_name_bytes], [9, 512]);
  assert.deepEqual(admin, { host: '127.0.0.1', port: 3113 });
  assert.deepEqual(
    [log, engine],
    [
      { level: 'info', format: 'auto' },
      { host: '127.0.0.1', port: 49134 },
    ],
  );
  const other: unknown = {};
  assert.equal(validators.validateConfig(other), true);
  assert.equal((other as Config).adapter.name, 'kv');
  assert.notEqual((other as Config).limits, limits, 'no default object is shared');
});

test('the configuration is strict, and names what is wrong', () => {
  const config = (value: unknown): string => fault(validators.validateConfig, value, 'config');
  const kv = (settings: unknown): unknown => ({ adapter: { name: 'kv', config: settings } });
  assert.equal(config({ prot: 1 }), 'prot: is not known');
  assert.equal(config({ limits: { max_dept: 1 } }), 'limits.max_dept: is not known');
  assert.equal(config(kv({ filepath: '' })), 'adapter.config.filepath: is not known');
  assert.equal(config(kv({ store_method: 'file_based' })), 'adapter.config.file_path: is required');
  assert.equal(config(kv({ store_method: 'uri' })), 'adapter.config.uri: is required');
  assert.equal(
    config(kv({ store_method: 'file' })),
    'adapter.config.store_method: must be one of in_memory, file_based, uri',
  );
  assert.equal(config({ adapter: { name: 'mongo' } }), 'adapter.name: has the unknown value "mongo"');
  assert.equal(config({ adapter: { name: 'redis' } }), 'adapter.config: is required');
  assert.equal(config({ admin: false }), 'valid');
  assert.equal(config({ admin: true }), 'admin: must be false');
  assert.equal(config({ host: '' }), 'host: must not be empty');
  assert.equal(config({ port: 65536 }), 'port: must be <= 65535');
  assert.equal(config(null), 'config: must be object');
});
