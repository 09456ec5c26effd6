import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { Caller } from './testing/caller.js';
import { config, FILE_BASED, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const START_LIMIT_MS = 10_000;
const SEGMENT = 'segment-0000000001.log';
const kv = (filePath: string): string => FILE_BASED.replace('./data', filePath);
const start = (directory: string, adapter = FILE_BASED, args: string[] = []): Promise<RunningServer> =>
  startServer({ yaml: config(adapter), directory, args });

/** Starts a server that must not start; answers the one sentence that it leaves. */
async function refusal(directory: string, adapter = FILE_BASED): Promise<string> {
  const started = performance.now();
  const failure = await start(directory, adapter).then(
    async (server) => {
      await server.kill();
      return 'it started';
    },
    (error: Error) => error.message,
  );
  assert.ok(performance.now() - started < START_LIMIT_MS, 'in time');
  const [first = '', ...lines] = failure.trim().split('\n');
  assert.match(first, /^the server ended with [1-9]/);
  const sentences = lines.filter((line) => line.startsWith('iii-stream: '));
  assert.equal(sentences.length, 1, failure);
  assert.doesNotMatch(failure, /^ {4}at /m, 'no stack trace');
  return sentences[0] as string;
}

/** A store with 20 items, closed. */
async function makeStore(directory: string): Promise<string> {
  await using server = await start(directory);
  await using caller = await Caller.open(server.engineUrl);
  for (let n = 0; n < 20; n += 1) await caller.set('s', 'g', `i${n}`, { n, pad: 'x'.repeat(100) });
  assert.equal(await server.stop(), 0);
  return join(directory, 'data', SEGMENT);
}

/** The epoch that a subscriber of the group is told. */
async function epoch(server: RunningServer): Promise<string | undefined> {
  await using client = await SocketClient.open(`${server.streamUrl}/stream/s/g`);
  return (await client.find(({ event }) => event?.type === 'sync')).epoch;
}

async function items(server: RunningServer): Promise<number> {
  await using caller = await Caller.open(server.engineUrl);
  return (await caller.list('s', 'g')).length;
}

test('a path that is no directory, or cannot become one, stops the start', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'taken'), '');
  assert.match(await refusal(directory.path, kv('./taken')), /directory \.?\/?.*taken cannot be used: /);
  assert.match(await refusal(directory.path, kv('./taken/below')), /cannot be used: /);
  assert.match(await refusal(directory.path, kv('/proc/iii-stream')), /\/proc\/iii-stream cannot be used: /);
});

test("a directory of somebody else's files stops the start, and stays as it is", async () => {
  await using directory = await temporaryDirectory();
  const data = join(directory.path, 'data');
  await mkdir(data);
  await writeFile(join(data, 'notes.txt'), 'mine');
  assert.match(await refusal(directory.path), /holds "notes\.txt" and no store/);
  assert.deepEqual(await readdir(data), ['notes.txt']);
});

test('a second process on the same directory stops, and the first goes on', async () => {
  await using directory = await temporaryDirectory();
  await using server = await start(directory.path);
  assert.match(await refusal(directory.path), new RegExp(`in use by process ${server.process.pid}`));
  await using caller = await Caller.open(server.engineUrl);
  await caller.set('s', 'g', 'i', 1);
  assert.equal(await items(server), 1);
});

test('a store of a newer format stops the start', async () => {
  await using directory = await temporaryDirectory();
  const segment = await makeStore(directory.path);
  const bytes = await readFile(segment);
  bytes.writeUInt16LE(3, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 24)), 24);
  await writeFile(segment, bytes);
  assert.match(await refusal(directory.path), /has format version 3, this program reads up to version 2/);
});

test('damage inside is refused with its place; --repair keeps the rest and the originals', async () => {
  await using directory = await temporaryDirectory();
  const segment = await makeStore(directory.path);
  let whole: string | undefined;
  let repaired: string | undefined;
  {
    await using server = await start(directory.path);
    whole = await epoch(server);
    assert.equal(await server.stop(), 0);
  }
  const bytes = await readFile(segment);
  const damaged = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(damaged) ^ 0x10, damaged);
  await writeFile(segment, bytes);
  const sentence = await refusal(directory.path);
  const [, file, offset] = /(\S+) is damaged at byte (\d+)/.exec(sentence) ?? [];
  assert.ok(file?.endsWith(SEGMENT), sentence);
  assert.ok(Number(offset) <= damaged && Number(offset) > damaged - 400, sentence);
  assert.match(sentence, /repair/i);
  assert.deepEqual(await readFile(segment), bytes, 'a refusal changes nothing');
  {
    await using server = await start(directory.path, FILE_BASED, ['--repair']);
    assert.equal(await items(server), 19);
    assert.match(server.log(), /salvaged/);
    repaired = await epoch(server);
    assert.notEqual(repaired, whole, 'cursors of before must not match what is left');
    assert.deepEqual(await readFile(join(directory.path, 'data/corrupt-1', SEGMENT)), bytes);
    assert.equal(await server.stop(), 0);
  }
  await using again = await start(directory.path);
  assert.equal(await items(again), 19);
  assert.equal(await epoch(again), repaired);
});

test('a torn tail is cut off, reported, and gone', async () => {
  await using directory = await temporaryDirectory();
  const segment = await makeStore(directory.path);
  const whole = await readFile(segment);
  await appendFile(segment, whole.subarray(-150, -20));
  {
    await using server = await start(directory.path);
    assert.match(server.log(), /torn_tail/);
    assert.match(server.log(), /130/);
    assert.equal(await items(server), 20);
    assert.equal(await server.stop(), 0);
  }
  await using again = await start(directory.path);
  assert.equal(again.log().includes('torn_tail'), false);
  assert.equal(await items(again), 20);
});
