import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Caller } from './testing/caller.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const NODE = [process.execPath, '--import', import.meta.resolve('tsx'), MAIN];
const yaml = config(IN_MEMORY).replace('admin: false', 'admin: { port: 0 }');

test('get --since, --once, -n and --sse end where they should, over the socket and over HTTP', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml, directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  const env = { ...process.env, III_STREAM_ADMIN: server.adminUrl, III_STREAM_URL: server.streamUrl };
  const [node, ...main] = NODE as [string, ...string[]];
  const cli = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(node, [...main, ...args], { env });
    return stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '');
  };
  const big = '{"n":12345678901234567890}';
  await caller.set('s', 'g', 'a', 1);
  await caller.set('s', 'g', 'b', 2);
  const at = `${server.streamUrl.replace('ws', 'http')}/stream/s/g`;
  const { epoch } = (await (await fetch(at)).json()) as { epoch: string };
  const since = `${epoch}:1`;

  const both = (...args: string[]) => Promise.all([cli(...args), cli(...args, '--sse')]);
  const [socket, http] = await both('tail', 's', 'g', '--once');
  for (const lines of [socket, http]) {
    assert.equal(lines.length, 1);
    assert.equal(JSON.parse(lines[0]!).event.type, 'sync');
  }
  const [changes, item, [, changed]] = await Promise.all([
    cli('get', 's', 'g', '--since', since),
    cli('get', 's', 'g', 'a', '--since', since),
    both('tail', 's', 'g', '--once', '--since', since),
  ]);
  // What became of the cursor is told as well.
  const idsOf = (lines: string[]) =>
    lines
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === 'stream')
      .map(({ id }) => id);
  assert.deepEqual([idsOf(changes), idsOf(item), idsOf(changed)], [['b'], [], ['b']]);

  const counted = both('tail', 's', 'g', '-n', '2');
  let ended = false;
  const written = counted.finally(() => {
    ended = true;
  });
  for (let i = 0; !ended; i += 1) await caller.set('s', 'g', 'c', i);
  for (const lines of await written) assert.equal(lines.length, 3, 'the sync, and two changes');

  const payload = `{"stream_name":"s","group_id":"g","item_id":"big","data":${big}}`;
  await cli('call', 'stream::set', payload);
  const exact = await cli('tail', 's', 'g', 'big', '--sse', '--once');
  assert.ok(exact[0]?.includes(big), 'numbers stay as they were written');
  for (const wrong of [
    ['tail', 's', 'g', '-n', '0'],
    ['get', 's', 'g', 'i', '--sse'],
    ['tail', 's', 'g', '--since', 'x'],
  ]) {
    await assert.rejects(cli(...wrong), { code: 2 });
  }
});

test('a reader that goes ends the command at once, without another change', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml, directory: directory.path });
  const env = { ...process.env, III_STREAM_ADMIN: server.adminUrl };
  const command = NODE.map((part) => `'${part}'`).join(' ');
  const child = spawn('bash', ['-c', `${command} tail s g --json | head -n 1`], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  assert.deepEqual((await once(child, 'close'))[0], 0);
  assert.equal(JSON.parse(out).event.type, 'sync');
});

test('bash completes commands and their options', async () => {
  const command = NODE.map((part) => `'${part}'`).join(' ');
  const complete = (line: string) =>
    `COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); COMPREPLY=(); _iii_stream; echo "\${COMPREPLY[*]}"`;
  const script = [
    `source <(${command} completion bash)`,
    complete('iii-stream ta'),
    complete('iii-stream tail s g --s'),
    complete('iii-stream --json send s g --i'),
    complete('iii-stream completion f'),
  ].join('\n');
  const { stdout } = await promisify(execFile)('bash', ['-c', script]);
  assert.deepEqual(stdout.trim().split('\n'), ['tail', '--since --sse --stream', '--item', 'fish']);
});
