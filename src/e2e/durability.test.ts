import assert from 'node:assert/strict';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { FUNCTION } from '../../generated/constants.js';
import { Caller } from './testing/caller.js';
import {
  config,
  FAULTY_MAIN,
  FILE_BASED,
  IN_MEMORY,
  startServer,
  temporaryDirectory,
} from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const PATIENCE_MS = 20_000;
const at = (item_id: string) => ({ stream_name: 's', group_id: 'g', item_id });

/** Calls until it succeeds. */
async function eventually(call: () => Promise<unknown>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; ; await wait(20)) {
    try {
      await call();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

const FAULTS = ['write ENOSPC', 'write EIO', 'datasync ENOSPC', 'datasync EIO'];

test('a disk that fails fails the calls, takes nothing back, and is used again when it works', async () => {
  await using directory = await temporaryDirectory();
  const faultFile = join(directory.path, 'fault');
  const base = { yaml: config(FILE_BASED), directory: directory.path };
  const server = await startServer({ ...base, main: FAULTY_MAIN, env: { FAULT_FILE: faultFile } });
  await using caller = await Caller.open(server.engineUrl);
  await caller.set('s', 'g', 'kept', { id: 'kept', n: 0 });
  await using subscriber = await SocketClient.open(`${server.streamUrl}/stream/s/g`);
  await subscriber.find(({ event }) => event?.type === 'sync');
  for (const [round, fault] of FAULTS.entries()) {
    const before = await caller.list('s', 'g');
    await writeFile(faultFile, fault);
    const doomed = [
      caller.set('s', 'g', 'kept', { id: 'kept', n: -1 }),
      caller.set('s', 'g', 'new', {}),
      caller.call(FUNCTION.update, { ...at('kept'), ops: [{ type: 'increment', path: 'n', by: 50 }] }),
      caller.delete('s', 'g', 'kept'),
    ];
    const codes = (await Promise.allSettled(doomed)).map((result) => {
      assert.equal(result.status, 'rejected', fault);
      assert.match(result.reason.message, new RegExp(`^read_only: .*${fault.split(' ')[1]}`));
      return result.reason.code as string;
    });
    assert.deepEqual(codes, [
      'STREAM_SET_ERROR',
      'STREAM_SET_ERROR',
      'STREAM_UPDATE_ERROR',
      'STREAM_DELETE_ERROR',
    ]);
    assert.deepEqual(await caller.list('s', 'g'), before, `${fault}: reads go on, and show the state before`);
    assert.deepEqual(await caller.call(FUNCTION.get, at('kept')), before[0]);
    await rm(faultFile);
    await eventually(() => caller.set('s', 'g', 'kept', { id: 'kept', n: round + 1 }));
  }
  const last = await subscriber.find(
    ({ event }) => (event?.data as { n?: number } | null)?.n === FAULTS.length,
  );
  // One message for each write that succeeded, none for those that did not.
  const seen = subscriber.messages.filter(({ type, event }) => type === 'stream' && event.type !== 'sync');
  assert.deepEqual(
    seen.map(({ event, seq }) => [event.type, (event.data as { n: number }).n, seq]),
    FAULTS.map((_, round) => ['update', round + 1, round + 2]),
  );
  assert.equal(last.seq, FAULTS.length + 1);
  const shown = await caller.list('s', 'g');
  await server.kill();
  await using restarted = await startServer(base);
  await using again = await Caller.open(restarted.engineUrl);
  assert.deepEqual(await again.list('s', 'g'), shown);
});

test('overwritten data is given back while the server runs', { timeout: 120_000 }, async (t) => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({
    yaml: config(FILE_BASED),
    directory: directory.path,
    main: FAULTY_MAIN,
    env: { EVENT_LOOP: '1' },
  });
  await using caller = await Caller.open(server.engineUrl);
  const pad = 'x'.repeat(20_000);
  let largest = 0;
  let written = 0;
  const size = async (): Promise<number> => {
    const data = join(directory.path, 'data');
    // A file may go between the two calls.
    const sizes = (await readdir(data)).map((name) =>
      stat(join(data, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
  };
  const writer = async (lane: number): Promise<void> => {
    while (written < 200e6) {
      written += pad.length;
      await caller.set('s', `g${lane}`, `i${written % 10}`, { pad });
    }
  };
  let writing = true;
  const watch = (async () => {
    for (; writing; await wait(20)) largest = Math.max(largest, await size());
  })();
  await Promise.all(Array.from({ length: 32 }, (_, lane) => writer(lane)));
  writing = false;
  await watch;
  await eventually(async () => assert.ok((await size()) < 70e6));
  await server.stop();
  const mb = (bytes: number): number => Math.round(bytes / 1e6);
  const pause = Number(/longest pause (\d+) ms/.exec(server.log())?.[1]);
  t.diagnostic(`${mb(written)} MB written, at most ${mb(largest)} MB on disk, longest pause ${pause} ms`);
  assert.ok(largest < 150e6, `${mb(largest)} MB on disk`);
  // Far above what compaction may take: a busy machine stops a process for longer than that.
  assert.ok(pause < 2_000, `a pause of ${pause} ms`);
});

test('the in-memory store says at start that its data will be lost', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(IN_MEMORY), directory: directory.path });
  assert.match(server.log(), /in_memory: its data is lost/);
});
