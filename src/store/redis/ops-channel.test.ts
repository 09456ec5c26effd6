import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Redis } from 'ioredis';
import type { OpsChange } from '../../domain/change.js';
import { jsonOf } from '../../domain/json-text.js';
import type { Store } from '../port.js';
import { Recorder } from '../testing/recorder.js';
import { flushServer, RedisServer } from '../testing/redis-server.js';
import { updating } from '../testing/updating.js';
import { at, GROUP, remove, set } from '../testing/writing.js';
import { openRedisStore } from './index.js';
import type { RedisStoreOptions } from './redis-options.js';

let server: RedisServer;
before(async () => {
  server = await RedisServer.start();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => flushServer(server));

/** Takes updates as ops too. */
class OpsRecorder extends Recorder {
  /** Each with the number of whole changes before it. */
  readonly told: (readonly [change: OpsChange, isFollowed: boolean, before: number])[] = [];

  ops(change: OpsChange, isFollowed: boolean): void {
    this.told.push([change, isFollowed, this.changes.length]);
  }
}

type Node = { readonly store: Store; readonly recorder: OpsRecorder };

async function onTwoNodes(
  options: Partial<RedisStoreOptions>,
  run: (one: Node, two: Node) => Promise<void>,
): Promise<void> {
  await using first = await openRedisStore({ url: server.url, ...options });
  await using second = await openRedisStore({ url: server.url, ...options });
  const [one, two] = [first, second].map((store) => {
    const recorder = new OpsRecorder();
    store.listen(recorder);
    return { store, recorder };
  });
  await run(one!, two!);
}

const LONG = jsonOf({ text: 'x'.repeat(500), list: ['x'], n: 2 ** 53 });
const append = (value: string, path = 'text') => updating({ type: 'append', path, value });

test('an update is told as ops on our own channel, before its value on the shared one', async () => {
  await onTwoNodes({}, async ({ store }, { recorder }) => {
    await set(store, 'a', LONG);
    await set(store, 'b', LONG);
    await store.commit(at('a'), append(' "é\n'));
    await store.commit(at('a'), append('y', 'list'));
    await store.commit(at('a'), updating({ type: 'set', path: 'text', value: 'y'.repeat(900) }));
    await recorder.until(() => recorder.changes.length === 5, 'every value');
    const { epoch } = recorder.changes[0]!;
    const ops = (text: object, growsString: boolean, from: number) => ({
      text: jsonOf([text]),
      growsString,
      from,
    });
    assert.deepEqual(
      recorder.told.map(([{ timestamp, ...change }, ...rest]) => [change, ...rest]),
      [
        [
          {
            ...at('a'),
            seq: 3,
            epoch,
            ops: ops({ type: 'append', path: 'text', value: ' "é\n' }, true, 1),
          },
          true,
          2,
        ],
        [
          { ...at('a'), seq: 4, epoch, ops: ops({ type: 'append', path: 'list', value: 'y' }, false, 3) },
          true,
          3,
        ],
      ],
    );
    const [{ timestamp }] = recorder.told[0]!;
    assert.equal(timestamp, recorder.changes[2]!.timestamp);
  });
});

test('without the shared channel nobody else is told, and an update is told by its ops alone', async () => {
  const other = new Redis(server.url);
  const overheard: string[] = [];
  other.on('message', (channel) => overheard.push(channel));
  await other.subscribe('stream::events');
  await onTwoNodes({ sharedChannel: false }, async ({ store }, { recorder }) => {
    await set(store, 'a', LONG);
    await store.commit(at('a'), append('y'));
    await store.publish({ ...GROUP, item: undefined, type: 't', data: jsonOf(1) });
    await remove(store, 'a');
    await recorder.until(() => recorder.changes.length === 2 && recorder.events.length === 1, 'the rest');
    assert.deepEqual(
      recorder.changes.map(({ kind, seq }) => [kind, seq]),
      [
        ['create', 1],
        ['delete', 3],
      ],
    );
    assert.deepEqual(
      recorder.told.map(([{ seq }, isFollowed]) => [seq, isFollowed]),
      [[2, false]],
    );
  });
  assert.deepEqual(overheard, []);
  await other.quit();
});

test('the changes of a transaction are told as ops with what follows', async () => {
  await onTwoNodes({}, async ({ store }, { recorder }) => {
    for (const item of ['a', 'b']) await set(store, item, LONG);
    const writes = ['a', 'b'].map((item) => ({
      item,
      mutation: { ...append('y'), guard: { condition: undefined, key: undefined } },
    }));
    await store.transact!(GROUP, writes);
    await recorder.until(() => recorder.changes.length === 4, 'every value');
    assert.deepEqual(
      recorder.told.map(([{ item, seq, more }]) => [item, seq, more]),
      [
        ['a', 3, true],
        ['b', 4, undefined],
      ],
    );
  });
});

test('a value that another engine wrote is of no rev that ops could go on from', async () => {
  await onTwoNodes({}, async ({ store }, { recorder }) => {
    const client = new Redis(server.url);
    await client.hset(`stream:${GROUP.stream}:${GROUP.group}`, 'a', LONG);
    await client.quit();
    await store.commit(at('a'), append('y'));
    await recorder.until(() => recorder.changes.length === 1, 'the value');
    assert.deepEqual(recorder.told, []);
  });
});

test('what is no message of ours is ignored', async () => {
  const client = new Redis(server.url);
  await onTwoNodes({}, async ({ store }, { recorder }) => {
    for (const text of ['{"timestamp":', '{"timestamp":1,"ops":[]}', '{"timestamp":1}', '[]', ''])
      await client.publish('iii-stream:events', text);
    await set(store, 'a', LONG);
    await store.commit(at('a'), append('y'));
    await recorder.until(() => recorder.changes.length === 2, 'both values');
    assert.equal(recorder.told.length, 1);
  });
  await client.quit();
});

test('who may not use our own channel gets every value on the shared one', async () => {
  const admin = new Redis(server.url);
  await admin.acl('SETUSER', 'old', 'on', '>secret', '~*', '+@all', 'resetchannels', '&stream::events');
  const url = server.url.replace('redis://', 'redis://old:secret@');
  const warnings: string[] = [];
  const logger = { info() {}, warn: (_: object, text: string) => warnings.push(text) };
  await onTwoNodes({ url, logger }, async ({ store }, { recorder }) => {
    await set(store, 'a', LONG);
    await store.commit(at('a'), append('y'));
    await recorder.until(() => recorder.changes.length === 2, 'both values');
    assert.deepEqual(recorder.told, []);
  });
  assert.ok(
    warnings.some((text) => text.includes('a channel is not permitted')),
    warnings.join(),
  );
  await admin.acl('DELUSER', 'old');
  await admin.quit();
});
