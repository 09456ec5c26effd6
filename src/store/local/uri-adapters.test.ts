import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { adapterFor } from './uri-adapters.js';

test('uri: a connection that the database closes under the pool of pg does not end the process', () => {
  const [options] = adapterFor('postgresql://db/streams').args('postgresql://db/streams') as [
    { log: (...what: unknown[]) => void },
  ];
  /** As `pg-pool` does it. */
  class Pool extends EventEmitter {
    log = options.log;
  }
  const pool = new Pool();
  assert.throws(() => pool.emit('error', new Error('terminating connection')), /terminating/);
  pool.log('connecting new client');
  pool.log('new client connected');
  assert.ok(pool.emit('error', new Error('terminating connection')));
  assert.equal(pool.listenerCount('error'), 1, 'one listener, however much it logs');
});

test('uri: what an adapter hands on to its driver is only what the driver knows', () => {
  const mysql = adapterFor('mysql://db/streams');
  assert.deepEqual(mysql.args('mysql://db/streams'), [{ uri: 'mysql://db/streams' }]);
  assert.deepEqual(mysql.later, { iterationLimit: 10_000 });
  // Without a size, PostgreSQL's table takes keys of 255 characters.
  const [postgres] = adapterFor('postgres://db/streams').args('postgres://db/streams');
  assert.equal((postgres as { keySize: number }).keySize, 2_600);
});
