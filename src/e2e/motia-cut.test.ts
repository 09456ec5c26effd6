import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { StreamGroupSubscription } from '@motiadev/stream-client-browser';
import { WebSocket } from 'ws';
import { Caller } from './testing/caller.js';
import { config, FILE_BASED, startServer, temporaryDirectory } from './testing/server.js';

const ROUNDS = 20;
const WRITES = 14;
const ITEMS = 5;

type Listened = Parameters<StreamGroupSubscription<never>['listener']>[0];
type Message = Listened & { readonly seq?: number; readonly epoch?: string };

/** The deployed client's own idea of a group, behind a connection that resumes at its cursor. */
class ResumingClient {
  readonly view: StreamGroupSubscription<never>;
  readonly #url: string;
  #cursor: { readonly epoch: string; readonly seq: number } | undefined;

  constructor(url: string, streamName: string, groupId: string) {
    this.#url = `${url}/stream/${streamName}/${groupId}`;
    this.view = new StreamGroupSubscription<never>({ streamName, groupId, subscriptionId: '1' } as never);
  }

  /** Reads `count` messages at most, and no more once it stands at `seq`; then the connection is cut. */
  async read(count: number, seq: number): Promise<void> {
    const { epoch, seq: from = -1 } = this.#cursor ?? {};
    const socket = new WebSocket(epoch === undefined ? this.#url : `${this.#url}?since=${epoch}:${from}`);
    const ended = once(socket, 'close');
    let left = count;
    socket.on('message', (data) => {
      if (left === 0) return;
      const message = JSON.parse(String(data)) as Message;
      // What tells that it resumed, which a deployed client never asks for.
      if (message.event === undefined) return;
      this.view.listener(message);
      if (message.seq !== undefined) this.#cursor = { epoch: String(message.epoch), seq: message.seq };
      left -= 1;
      if (this.#cursor?.seq === seq) left = 0;
      if (left === 0) socket.terminate();
    });
    if (count === 0) socket.on('open', () => socket.terminate());
    await ended;
  }

  get seq(): number {
    return this.#cursor?.seq ?? -1;
  }
}

test('the deployed browser client shows what is stored wherever its catch-ups are cut off', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  const round = async (n: number): Promise<void> => {
    const group = `g${n}`;
    await caller.set('s', group, 'i0', { id: 'i0', n });
    let seq = 1;
    const client = new ResumingClient(server.streamUrl, 's', group);
    await client.read(1, seq);
    const alive = new Set(['i0']);
    for (let write = 0; write < WRITES; write += 1) {
      const id = `i${Math.floor(Math.random() * ITEMS)}`;
      seq += 1;
      if (alive.has(id) && Math.random() < 0.3) {
        await caller.delete('s', group, id);
        alive.delete(id);
      } else {
        await caller.set('s', group, id, { id, n: write });
        alive.add(id);
      }
    }
    while (client.seq < seq) await client.read(1 + Math.floor(Math.random() * 3), seq);
    assert.deepEqual(client.view.getState(), await caller.list('s', group), group);
  };
  await Promise.all(Array.from({ length: ROUNDS }, (_, n) => round(n)));
});
