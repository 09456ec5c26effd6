import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalError, StreamError, wireMessage } from './errors.js';

test('an error carries its reason or code as data, and only the wire joins reason and message', () => {
  const refused = new StreamError('limit', 'data: is too long');
  assert.equal(refused.message, 'data: is too long');
  assert.equal(wireMessage(refused), 'limit: data: is too long');
  const { code, message } = new LocalError('port_taken', 'port 1 is taken');
  assert.deepEqual({ code, message }, { code: 'port_taken', message: 'port 1 is taken' });
});
