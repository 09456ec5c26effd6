import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT, WORKER_MESSAGE } from '../../../generated/constants.js';
import { encodeTextFrames } from '../../net/frames.js';

// The limit: values stay text, all replies of a turn are one write, each change is framed once, and all changes of a
// turn are one write per subscriber. It checks nothing and keeps no order but that of arrival.

const groups = new Map<string, Map<string, string>>();
const subscribers = new Map<string, Set<Socket>>();
const replies = new Map<Socket, string[]>();
const changes = new Map<string, string[]>();
let last = 0;
let scheduled = false;

function append<K>(lists: Map<K, string[]>, key: K, text: string): void {
  const list = lists.get(key);
  if (list !== undefined) list.push(text);
  else lists.set(key, [text]);
  if (scheduled) return;
  scheduled = true;
  setImmediate(flush);
}

function flush(): void {
  scheduled = false;
  for (const [group, texts] of changes) {
    const frames = encodeTextFrames(texts);
    for (const socket of subscribers.get(group) ?? []) socket.write(frames);
  }
  changes.clear();
  for (const [socket, texts] of replies) socket.write(encodeTextFrames(texts));
  replies.clear();
}

function itemsOf(group: string): Map<string, string> {
  let items = groups.get(group);
  if (items === undefined) {
    items = new Map();
    groups.set(group, items);
  }
  return items;
}

const VALUE = '"data":';

function set(text: string, group: string, item: string, stream: string): string {
  const items = itemsOf(group);
  const old = items.get(item);
  // The value stands last in the call that the load generator sends.
  const value = text.slice(text.lastIndexOf(VALUE) + VALUE.length, -2);
  items.set(item, value);
  if (subscribers.has(group)) {
    last = Math.max(Date.now(), last + 1);
    const kind = old === undefined ? STREAM_EVENT.create : STREAM_EVENT.update;
    append(
      changes,
      group,
      `{"type":"${SOCKET_MESSAGE.stream}","timestamp":${last},"streamName":"${stream}","groupId":"${group}","id":"${item}","event":{"type":"${kind}","data":${value}}}`,
    );
  }
  return `{"old_value":${old ?? null},"new_value":${value}}`;
}

function join(socket: Socket, stream: string, group: string): void {
  let watching = subscribers.get(group);
  if (watching === undefined) {
    watching = new Set();
    subscribers.set(group, watching);
  }
  watching.add(socket);
  socket.on('close', () => watching.delete(socket));
  const data = [...itemsOf(group).values()].join(',');
  socket.write(
    encodeTextFrames([
      `{"type":"${SOCKET_MESSAGE.stream}","timestamp":${Date.now()},"streamName":"${stream}","groupId":"${group}","id":null,"event":{"type":"${STREAM_EVENT.sync}","data":[${data}]}}`,
    ]),
  );
}

function receive(socket: Socket, text: string): void {
  const { type, function_id: id, invocation_id: call, data } = JSON.parse(text);
  if (type === SOCKET_MESSAGE.join) {
    join(socket, data.streamName, data.groupId);
    return;
  }
  const result =
    id === FUNCTION.set
      ? set(text, data.group_id, data.item_id, data.stream_name)
      : itemsOf(data.group_id).get(data.item_id);
  append(
    replies,
    socket,
    `{"type":"${WORKER_MESSAGE.invocationResult}","invocation_id":"${call}","function_id":"${id}","result":${result}}`,
  );
}

const http = createServer();
const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
http.on('upgrade', (request, stream, head) => {
  const socket = stream as Socket;
  server.handleUpgrade(request, stream, head, (ws: WebSocket) => {
    if (request.url === '/rpc')
      ws.send(JSON.stringify({ type: WORKER_MESSAGE.workerRegistered, worker_id: 'w' }));
    ws.on('message', (bytes: Buffer) => receive(socket, bytes.toString()));
  });
});
process.on('SIGTERM', () => process.exit(0));
http.listen(0, '127.0.0.1', 8_192, () => {
  const { port } = http.address() as AddressInfo;
  console.log(`ready ws://127.0.0.1:${port}/rpc ws://127.0.0.1:${port}/`);
});
