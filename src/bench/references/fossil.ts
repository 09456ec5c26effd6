import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStringDelta } from 'fossil-delta';
import { type WebSocket, WebSocketServer } from 'ws';
import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT, WORKER_MESSAGE } from '../../../generated/constants.js';

// A server on `ws` that tells each change of an item as a Fossil delta of its text, made once for all subscribers.

interface Call {
  readonly invocation_id: string;
  readonly function_id: string;
  readonly data: {
    readonly group_id: string;
    readonly item_id: string;
    readonly data?: { text: string };
    readonly ops?: readonly { readonly value: string }[];
  };
}

const items = new Map<string, { text: string }>();
const subscribers = new Map<string, Set<WebSocket>>();
let last = 0;

function write({ group_id: groupId, item_id: id, data, ops = [] }: Call['data']): void {
  const old = items.get(id);
  const value = data ?? { ...old, text: (old?.text ?? '') + ops.map(({ value }) => value).join('') };
  items.set(id, value);
  if (old === undefined) return;
  last = Math.max(Date.now(), last + 1);
  const delta = createStringDelta(JSON.stringify(old), JSON.stringify(value));
  const event = { type: STREAM_EVENT.update, delta };
  const message = { type: SOCKET_MESSAGE.stream, timestamp: last, streamName: 'bench', groupId, id, event };
  const bytes = Buffer.from(JSON.stringify(message));
  for (const socket of subscribers.get(groupId) ?? []) socket.send(bytes, { binary: false });
}

function join(socket: WebSocket, groupId: string): void {
  const watching = subscribers.get(groupId) ?? new Set();
  subscribers.set(groupId, watching.add(socket));
  socket.on('close', () => watching.delete(socket));
  const event = { type: STREAM_EVENT.sync, data: [...items.values()] };
  socket.send(JSON.stringify({ type: SOCKET_MESSAGE.stream, timestamp: last, groupId, id: null, event }));
}

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on('connection', (socket, { url }) => {
  if (url === '/rpc') socket.send(JSON.stringify({ type: WORKER_MESSAGE.workerRegistered, worker_id: 'w' }));
  socket.on('message', (bytes: Buffer) => {
    const message = JSON.parse(bytes.toString());
    if (message.type === SOCKET_MESSAGE.join) join(socket, message.data.groupId);
    else if (message.type === SOCKET_MESSAGE.ping) socket.send(JSON.stringify({ type: SOCKET_MESSAGE.pong }));
    else {
      const { function_id, invocation_id, data } = message as Call;
      if (function_id === FUNCTION.set || function_id === FUNCTION.update) write(data);
      const type = WORKER_MESSAGE.invocationResult;
      socket.send(JSON.stringify({ type, invocation_id, function_id, result: { rev: last } }));
    }
  });
});
process.on('SIGTERM', () => process.exit(0));
http.listen(0, '127.0.0.1', 8_192, () => {
  const { port } = http.address() as AddressInfo;
  console.log(`ready ws://127.0.0.1:${port}/rpc ws://127.0.0.1:${port}/`);
});
