import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT, WORKER_MESSAGE } from '../../../generated/constants.js';

// The least that a Node server on `ws` can do for the job: parse, one map operation, stringify, one send for each reply
// and for each subscriber of the group.

interface Call {
  readonly invocation_id: string;
  readonly function_id: string;
  readonly data: { stream_name: string; group_id: string; item_id: string; data: unknown };
}

const groups = new Map<string, Map<string, unknown>>();
const subscribers = new Map<string, Set<WebSocket>>();
let last = 0;

function itemsOf(group: string): Map<string, unknown> {
  let items = groups.get(group);
  if (items === undefined) {
    items = new Map();
    groups.set(group, items);
  }
  return items;
}

function set(data: Call['data']): unknown {
  const items = itemsOf(data.group_id);
  const old = items.get(data.item_id);
  items.set(data.item_id, data.data);
  const watching = subscribers.get(data.group_id);
  if (watching !== undefined) {
    last = Math.max(Date.now(), last + 1);
    const kind = old === undefined ? STREAM_EVENT.create : STREAM_EVENT.update;
    const message = {
      type: SOCKET_MESSAGE.stream,
      timestamp: last,
      streamName: data.stream_name,
      groupId: data.group_id,
      id: data.item_id,
      event: { type: kind, data: data.data },
    };
    const bytes = Buffer.from(JSON.stringify(message));
    for (const socket of watching) socket.send(bytes, { binary: false });
  }
  return { old_value: old ?? null, new_value: data.data };
}

function join(socket: WebSocket, data: { streamName: string; groupId: string }): void {
  const { streamName, groupId } = data;
  let watching = subscribers.get(groupId);
  if (watching === undefined) {
    watching = new Set();
    subscribers.set(groupId, watching);
  }
  watching.add(socket);
  socket.on('close', () => watching.delete(socket));
  const event = { type: STREAM_EVENT.sync, data: [...itemsOf(groupId).values()] };
  const sync = { type: SOCKET_MESSAGE.stream, timestamp: Date.now(), streamName, groupId, id: null, event };
  socket.send(JSON.stringify(sync));
}

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on('connection', (socket, { url }) => {
  if (url === '/rpc') socket.send(JSON.stringify({ type: WORKER_MESSAGE.workerRegistered, worker_id: 'w' }));
  socket.on('message', (bytes: Buffer) => {
    const message = JSON.parse(bytes.toString());
    if (message.type === SOCKET_MESSAGE.join) {
      join(socket, message.data);
      return;
    }
    const { function_id, invocation_id, data } = message as Call;
    const result = function_id === FUNCTION.set ? set(data) : itemsOf(data.group_id).get(data.item_id);
    socket.send(
      JSON.stringify({ type: WORKER_MESSAGE.invocationResult, invocation_id, function_id, result }),
    );
  });
});
process.on('SIGTERM', () => process.exit(0));
http.listen(0, '127.0.0.1', 8_192, () => {
  const { port } = http.address() as AddressInfo;
  console.log(`ready ws://127.0.0.1:${port}/rpc ws://127.0.0.1:${port}/`);
});
