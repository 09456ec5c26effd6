import type { ClientMessage, JoinData, StreamEvent } from '../../../generated/socket.js';
import { createStreamClient } from '../client.js';
import type { ConnectionStatus, StreamClientOptions, WebSocketLike } from '../types.js';

/** Everything that is due now has happened. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A socket whose far end is the test. */
export class FakeSocket implements WebSocketLike {
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;
  isClosed = false;
  readonly sent: ClientMessage[] = [];
  readonly url: string;
  readonly protocols: string[];

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.isClosed = true;
  }

  /** The server accepts. */
  async open(): Promise<void> {
    (this.onopen as () => void)();
    await settle();
  }
  /** The server sends; a string goes as it is. */
  async say(...messages: unknown[]): Promise<void> {
    for (const message of messages) {
      const data = typeof message === 'string' ? message : JSON.stringify(message);
      (this.onmessage as (event: { data: string }) => void)({ data });
    }
    await settle();
  }
  /** The server, or the network, ends it. */
  async end(code = 1006, reason = ''): Promise<void> {
    (this.onclose as (event: { code: number; reason: string }) => void)({ code, reason });
    await settle();
  }
  /** The joins that were sent and not taken yet. */
  takeJoins(): JoinData[] {
    return this.sent.splice(0).flatMap((message) => (message.type === 'join' ? [message.data] : []));
  }
}

/**
 * A client on fake sockets, without a wait between attempts.
 *
 * @param extend of a client that does more
 */
export function fakeServer(
  options: StreamClientOptions = {},
  extend = (create: typeof createStreamClient) => create,
) {
  const sockets: FakeSocket[] = [];
  const warnings: string[] = [];
  class Socket extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const client = extend(createStreamClient)<Record<string, unknown>>('ws://server.example', {
    WebSocket: Socket,
    backoff: { minMs: 0, maxMs: 0 },
    leaveAfterMs: 0,
    onWarning: (code) => warnings.push(code),
    ...options,
  });
  let status: ConnectionStatus | undefined;
  client.onStatus((next) => {
    status = next;
  });
  return {
    client,
    state: () => status?.state,
    sockets,
    warnings,
    /** The newest socket, once there are `count`. */
    async socket(count = sockets.length || 1): Promise<FakeSocket> {
      while (sockets.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
      return sockets.at(-1) as FakeSocket;
    },
  };
}

const ADDRESS = { streamName: 's', groupId: 'g' };
export const EPOCH = 'e1';

/** The messages of a server. `at` overrides anything, the address included. */
const stream = (id: string | null, event: StreamEvent, at: object) => ({
  type: 'stream',
  timestamp: 1,
  ...ADDRESS,
  id,
  event,
  ...at,
});

export const say = {
  ack: (join: JoinData, mode: 'sync' | 'changes', seq: number, at: object = {}) => ({
    type: 'subscribed',
    subscriptionId: join.subscriptionId,
    streamName: join.streamName,
    groupId: join.groupId,
    ...(join.id == null ? {} : { id: join.id }),
    mode,
    epoch: EPOCH,
    seq,
    ping: true,
    ...at,
  }),
  /** A sync of items written `id@rev`, each with the data `{n: rev}`. */
  sync: (items: string, seq: number, at: object = {}) =>
    stream(
      null,
      { type: 'sync', data: items.split(' ').filter(Boolean).map(item) },
      { seq, epoch: EPOCH, ...at },
    ),
  itemSync: (text: string | undefined, id: string, seq: number) =>
    stream(id, { type: 'sync', data: text === undefined ? null : item(text) }, { seq, epoch: EPOCH }),
  change: (type: 'create' | 'update' | 'delete', id: string, seq: number, at: object = {}) =>
    stream(id, { type, data: { n: seq } }, { seq, epoch: EPOCH, ...at }),
  event: (type: string, id: string | null = null) =>
    stream(id, { type: 'event', event: { type, data: 1 } }, {}),
  unauthorized: (id: string | null = null) => stream(id, { type: 'unauthorized' }, {}),
  error: (code: string, subscriptionId?: string) => ({
    type: 'error',
    code,
    message: 'a sentence',
    subscriptionId,
  }),
  dropped: (count: number) => ({ type: 'dropped', ...ADDRESS, count }),
};

function item(text: string) {
  const [id = '', rev = ''] = text.split('@');
  return { id, rev: Number(rev), data: { n: Number(rev) } };
}

/** Items as `id@rev id@rev …`. */
export const shown = (view: { items: readonly { id: string; rev: number }[] }): string =>
  view.items.map(({ id, rev }) => `${id}@${rev}`).join(' ');
