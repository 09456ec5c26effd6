import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { Inbox } from '../wire/inbox.js';
import type { Case } from './case.js';
import { type RunOptions, run } from './run.js';
import { FixedTargets } from './targets.js';

const makeCase = (id: string, more: Partial<Case> = {}): Case => ({
  id,
  profile: 'documented',
  run: async () => {},
  ...more,
});

/** A target that takes connections and never says a word. */
async function silentTarget(): Promise<{ url: string; close(): Promise<void> } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
}

function options(url: string, more: Partial<RunOptions> = {}): RunOptions {
  return {
    targets: new FixedTargets(url, url),
    facts: { adapter: 'in_memory', canLaunch: false, lacks: {} },
    base: { adapter: 'in_memory' },
    connect: { timeoutMs: 40, headers: {} },
    ...more,
  };
}

test('a silent target ends a case by its time, and the sentence says what was waited for', async () => {
  await using target = await silentTarget();
  const waiting = makeCase('a/x', {
    timeoutMs: 20,
    run: async (t) => void (await new Inbox<never>(t.waits).next('a sign of life')),
  });
  const [only] = await run([waiting], options(target.url));
  assert.deepEqual(
    [only?.outcome, only?.blame, only?.reason, only?.need],
    ['failed', 'target', 'waited 20 ms for a sign of life', 'a sign of life'],
  );
});

test('what talks without end is over when its time is', async () => {
  await using target = await silentTarget();
  const talking = makeCase('a/x', {
    timeoutMs: 20,
    run: async (t) => {
      for (;;) await t.waits.for('the next word', new Promise(setImmediate));
    },
  });
  const [only] = await run([talking], options(target.url));
  assert.equal(only?.outcome, 'failed');
});

test('an upgrade that is never answered fails its case and is not waited for', async () => {
  await using target = await silentTarget();
  const opening = makeCase('a/x', { run: async (t) => void (await t.socket()) });
  const [only] = await run([opening], options(target.url));
  assert.equal(only?.need, 'an upgrade of /');
  assert.match(only?.reason ?? '', /handshake has timed out/);
});

test('what several cases waited for in vain is not waited for in full again, until it comes', async () => {
  await using target = await silentTarget();
  const wait = (id: string): Case =>
    makeCase(id, {
      timeoutMs: 400,
      run: async (t) => void (await new Inbox<never>(t.waits).next('a word')),
    });
  const speak = makeCase('a/speaks', { run: async (t) => t.waits.arrived('a word') });
  const silent = ['a/1', 'a/2', 'a/3', 'a/4'].map(wait);
  const results = await run([...silent, speak, wait('a/5')], options(target.url, { concurrency: 1 }));
  const reasons = results.map(({ reason = '' }) => reason);
  assert.deepEqual(reasons.slice(0, 3), Array(3).fill('waited 400 ms for a word'));
  assert.deepEqual(reasons.slice(3), [
    'waited for a word, which never came in this run',
    '',
    'waited 400 ms for a word',
  ]);
});

test('a target that goes away beside several cases accuses none of them', async () => {
  await using target = await silentTarget();
  let isBroken: () => void = () => {};
  const broken = new Promise<void>((resolve) => {
    isBroken = resolve;
  });
  const killing = makeCase('a/kills', {
    run: async () => {
      await target.close();
      isBroken();
      assert.fail('no answer');
    },
  });
  const beside = makeCase('a/beside', {
    run: async () => {
      await broken;
      assert.fail('no answer');
    },
  });
  const results = await run([beside, killing], options(target.url, { concurrency: 2 }));
  for (const { outcome, reason } of results) {
    assert.equal(outcome, 'not-run');
    assert.match(reason ?? '', /went away during case a\/\w+; beside it ran a\/\w+: --concurrency 1/);
  }
});

test('failures that tell no need have that of their case', async () => {
  await using target = await silentTarget();
  const one = makeCase('a/x', { about: 'an op', run: async () => assert.fail('another value') });
  const results = await run([one], options(target.url));
  assert.equal(results[0]?.need, 'an op');
});

test('a target that goes away stops the run, and the case is named', async () => {
  await using target = await silentTarget();
  const killing = makeCase('a/kills', {
    run: async () => {
      await target.close();
      assert.fail('no answer');
    },
  });
  const cases = [makeCase('a/before'), killing, makeCase('a/after'), makeCase('a/last')];
  const results = await run(cases, options(target.url, { concurrency: 1 }));
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['passed', 'failed', 'not-run', 'not-run'],
  );
  for (const { reason } of results.slice(1)) {
    assert.match(reason ?? '', /^the target went away during case a\/kills\nnobody listens at ws:/);
  }
});

test('a target that is not there fails no case', async () => {
  const target = await silentTarget();
  await target.close();
  const results = await run([makeCase('a/x'), makeCase('a/y')], options(target.url));
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['not-run', 'not-run'],
  );
});

test('the time of the whole run is bounded', async () => {
  await using target = await silentTarget();
  const endless = makeCase('a/x', { timeoutMs: 60_000, run: () => new Promise(() => {}) });
  const results = await run(
    [endless, makeCase('a/y')],
    options(target.url, { runTimeoutMs: 50, concurrency: 1 }),
  );
  assert.deepEqual(
    results.map(({ outcome, reason }) => [outcome, reason]),
    Array(2).fill(['not-run', "the run's time of 0.05 s is over"]),
  );
});

test('a fault of a case is blamed on the harness', async () => {
  await using target = await silentTarget();
  const broken = makeCase('a/x', { run: () => Promise.reject(new TypeError('a bug')) });
  const [only] = await run([broken], options(target.url));
  assert.equal(only?.blame, 'harness');
});

test('a failure that the engine between decides is not the target’s', async () => {
  await using target = await silentTarget();
  const failing = (id: string): Case => makeCase(id, { run: async () => assert.fail('no') });
  const cases = [failing('worker-protocol/a-claim'), failing('socket/a-claim')];
  const results = await run(cases, options(target.url, { isAttached: true }));
  assert.deepEqual(
    results.map(({ outcome, blame }) => [outcome, blame]),
    [
      ['known-failing', 'engine'],
      ['failed', 'target'],
    ],
  );
});

test('cases that disturb others run last, one at a time', async () => {
  await using target = await silentTarget();
  const order: string[] = [];
  const note = (id: string, more: Partial<Case> = {}): Case =>
    makeCase(id, { run: async () => void order.push(id), ...more });
  await run([note('a/last', { last: true }), note('a/x'), note('a/y')], options(target.url));
  assert.equal(order.at(-1), 'a/last');
});

test('a case that comes to what the target does not offer is not applicable', async () => {
  await using target = await silentTarget();
  const shared = { engine: target.url, stream: target.url, offers: ['events'] };
  const targets = new FixedTargets(target.url, target.url);
  targets.shared = async () => ({ ...shared, stop: async () => 0, kill: async () => {} });
  const cases = [
    makeCase('a/needs', { needs: ['limits'] }),
    makeCase('a/comes-to', { run: async (t) => t.requires('update') }),
    makeCase('a/offered', { run: async (t) => t.requires('events') }),
  ];
  const results = await run(cases, options(target.url, { targets }));
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['not-applicable', 'not-applicable', 'passed'],
  );
  assert.match(results[1]?.reason ?? '', /lacks update: it is not among what the target offers/);
});

test('headers go with every upgrade, and those of a case come first', async () => {
  const asked: (string | undefined)[][] = [];
  const server = createHttpServer();
  server.on('upgrade', ({ headers }, socket) => {
    asked.push([headers.authorization, headers['x-gate']?.toString()]);
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const upgrade = makeCase('a/x', {
    run: async (t) => {
      assert.equal(await t.refusal(), 403);
      assert.equal(await t.refusal('/', { headers: { Authorization: 'mine' } }), 403);
    },
  });
  const connect = { timeoutMs: 1_000, headers: { Authorization: 'Bearer t', 'X-Gate': 'g' } };
  const [only] = await run([upgrade], options(url, { connect }));
  assert.equal(only?.outcome, 'passed', only?.reason);
  assert.deepEqual(asked, [
    ['Bearer t', 'g'],
    ['mine', 'g'],
  ]);
  server.close();
  await once(server, 'close');
});
