import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Caller } from './testing/caller.js';
import { config, FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(root, 'src/client/python');
const REQUIREMENT = readFileSync(join(EXAMPLE, 'requirements.txt'), 'utf8').trim();
/** Where the package that the example needs is: outside of the repository, and kept. */
const PACKAGES = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'iii-stream-python',
  REQUIREMENT.replace(/\W+/g, '-'),
);
const hasPython = spawnSync('python3', ['--version']).status === 0;
const skip = !hasPython && process.env.CI !== 'true' && 'python3 is not installed';

interface State {
  readonly cursor: { readonly epoch: string; readonly seq: number };
  readonly syncs: number;
  readonly items: readonly { readonly id: string; readonly rev: number; readonly data: unknown }[];
}

before(() => {
  if (skip || existsSync(join(PACKAGES, 'websockets'))) return;
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', PACKAGES, REQUIREMENT];
  const { status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

const startExample = (...args: readonly string[]) =>
  spawn('python3', ['-B', join(EXAMPLE, 'resume_client.py'), ...args], {
    env: { ...process.env, PYTHONPATH: `${join(root, 'generated/bindings/python')}:${PACKAGES}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Follows a group; each state that the example prints. */
async function* follow(url: string, group: string): AsyncGenerator<State, undefined> {
  const child = startExample(url, 's', group);
  child.stderr.pipe(process.stderr, { end: false });
  const exited = once(child, 'exit');
  try {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as State;
  } finally {
    child.kill();
    await exited;
  }
}

async function until(
  states: AsyncGenerator<State, undefined>,
  wanted: (state: State) => boolean,
): Promise<State> {
  for (;;) {
    const { value } = await states.next();
    assert.ok(value !== undefined, 'the example ended');
    if (wanted(value)) return value;
  }
}

/** A way to the server that can be cut: nobody gets through until it is mended. */
async function startProxy(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => other.destroy());
      socket.pipe(other);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: (): void => {
      isCut = false;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

test('the Python example resumes at its cursor after each cut, and ends equal to the list', {
  skip,
}, async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  await using proxy = await startProxy(server.streamUrl);
  for (let i = 0; i < 20; i++) await caller.set('s', 'g', `i${i}`, { id: `i${i}`, n: i });
  const states = follow(proxy.url, 'g');
  try {
    const first = await until(states, ({ items }) => items.length === 20);
    assert.equal(first.cursor.seq, 20);
    for (let round = 0; round < 3; round++) {
      proxy.cut();
      await caller.set('s', 'g', `i${round}`, { id: `i${round}`, n: -1 });
      await caller.delete('s', 'g', `i${10 + round}`);
      await caller.set('s', 'g', `new${round}`, { id: `new${round}`, half: 0.5 });
      await caller.set('s', 'g', `new${round}`, { id: `new${round}`, half: 1.5 });
      await caller.set('s', 'g', `i${10 + round}`, { id: `i${10 + round}`, again: true });
      proxy.mend();
      await until(states, ({ cursor }) => cursor.seq === 25 + round * 5);
    }
    await caller.set('s', 'g', 'live', 'now');
    const last = await until(states, ({ cursor }) => cursor.seq === 36);
    assert.equal(last.syncs, 1, 'only the first join was a full sync');
    assert.deepEqual(
      last.items.map(({ data }) => data),
      await caller.list('s', 'g'),
    );
  } finally {
    await states.return(undefined);
  }
});

test('the Python example says why it is refused, and does not try again', { skip }, async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  const child = startExample(`${server.streamUrl.replace(/\/$/, '')}/no/such/path/at/all`, 's', 'g');
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(told, 'refused: HTTP 404\n');
  assert.equal(code, 1);
});
