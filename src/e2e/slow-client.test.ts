import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { Caller } from './testing/caller.js';
import { config, IN_MEMORY, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';

const NORMAL = 50;
const WRITES = 4_000;
const ITEMS = 100;
const MIB = 1024 * 1024;

const residentBytes = async (server: RunningServer): Promise<number> => {
  const status = await readFile(`/proc/${server.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
};

interface Item {
  readonly event: { readonly type: string; readonly data: unknown };
  readonly id: string | null;
  readonly seq?: number;
  readonly type: string;
  readonly count?: number;
}

/** A client that connects and then does not read until it is told to. */
class StalledClient {
  readonly state = new Map<string, unknown>();
  readonly seqs: number[] = [];
  dropped = 0;
  readonly #socket: WebSocket;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.#take(JSON.parse(String(data)) as Item);
      this.#wake();
    });
  }

  static async open(url: string): Promise<StalledClient> {
    const socket = new WebSocket(url);
    const client = new StalledClient(socket);
    await once(socket, 'open');
    socket.pause();
    return client;
  }

  /** Reads from now on; resolves when the client satisfies `until`. */
  async read(until: (client: StalledClient) => boolean): Promise<void> {
    this.#socket.resume();
    while (!until(this)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(message: Item): void {
    if (message.type === 'dropped') {
      this.dropped += message.count ?? 0;
      return;
    }
    const { event, id, seq } = message;
    if (event.type === 'sync') {
      for (const item of event.data as { id: string; data: unknown }[]) this.state.set(item.id, item.data);
      return;
    }
    if (event.type === 'event') return;
    this.seqs.push(seq as number);
    this.state.set(id as string, event.data);
  }
}

test('one client that never reads costs nobody anything, and ends in the right state', async () => {
  await using directory = await temporaryDirectory();
  const yaml = config(IN_MEMORY, 'limits: { slow_client_timeout_ms: 120000 }');
  await using server = await startServer({ yaml, directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  const normal = await Promise.all(
    Array.from({ length: NORMAL }, async () => {
      const socket = new WebSocket(`${server.streamUrl}/stream/s/g`);
      let last = 0;
      let wake: () => void = () => {};
      socket.on('message', (data) => {
        const { event, seq } = JSON.parse(String(data)) as Item;
        if (event.type !== 'event') last = seq ?? last;
        wake();
      });
      await once(socket, 'message');
      const reach = async (seq: number): Promise<void> => {
        while (last < seq) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      };
      return { socket, reach };
    }),
  );
  const data = { text: 'x'.repeat(4_000) };
  const round = async (from: number): Promise<void> => {
    for (let n = from; n < from + WRITES; n += 40) {
      const writes = Array.from({ length: 40 }, (_, i) =>
        caller.set('s', 'g', `i${(n + i) % ITEMS}`, { ...data, n: n + i }),
      );
      await Promise.all(writes);
    }
    await Promise.all(normal.map(({ reach }) => reach(from + WRITES)));
  };
  await round(0);
  const before = await residentBytes(server);
  const stalled = await StalledClient.open(`${server.streamUrl}/stream/s/g?items=1`);
  await round(WRITES);
  await caller.call('stream::send', { stream_name: 's', group_id: 'g', type: 'gone', data: 1 });
  const grown = (await residentBytes(server)) - before;
  assert.ok(grown < 32 * MIB, `the server grew by ${(grown / MIB).toFixed(1)} MiB`);

  const list = await caller.list('s', 'g');
  await stalled.read(
    ({ state }) => (state.get(`i${(2 * WRITES - 1) % ITEMS}`) as { n: number })?.n === 2 * WRITES - 1,
  );
  await stalled.read(({ dropped }) => dropped === 1);
  assert.deepEqual([...stalled.state.values()], list);
  const sorted = [...new Set(stalled.seqs)].sort((a, b) => a - b);
  assert.deepEqual(stalled.seqs, sorted, 'seqs increase, none comes twice');
  assert.ok(
    stalled.seqs.length < WRITES / 2,
    `${stalled.seqs.length} messages: it was not skipped to the newest`,
  );
  stalled.close();
  for (const { socket } of normal) socket.terminate();
});

test('a client that takes nothing for the configured time is closed', async () => {
  await using directory = await temporaryDirectory();
  const yaml = config(IN_MEMORY, 'limits: { slow_client_timeout_ms: 300, outbox_bytes: 65536 }');
  await using server = await startServer({ yaml, directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  const stalled = await StalledClient.open(`${server.streamUrl}/stream/s/g`);
  const closed = (async () => {
    while (!server.log().includes('slow')) await once(server.process.stderr as NodeJS.ReadableStream, 'data');
  })();
  let writing = true;
  const writer = (async () => {
    while (writing) await caller.set('s', 'g', 'i', { text: 'x'.repeat(100_000) });
  })();
  await closed;
  writing = false;
  await writer;
  stalled.close();
});
