import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { STREAM_EVENT } from '../../../generated/constants.js';

// What one would write on Socket.IO: a map, a room per group, an acknowledgement per call.

const groups = new Map<string, Map<string, unknown>>();

function itemsOf(group: string): Map<string, unknown> {
  let items = groups.get(group);
  if (items === undefined) {
    items = new Map();
    groups.set(group, items);
  }
  return items;
}

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false, pingInterval: 600_000 });
io.on('connection', (socket) => {
  socket.on('set', (group: string, item: string, value: unknown, done: (result: unknown) => void) => {
    const items = itemsOf(group);
    const old = items.get(item);
    items.set(item, value);
    const type = old === undefined ? STREAM_EVENT.create : STREAM_EVENT.update;
    io.to(group).emit('change', { group, item, timestamp: Date.now(), event: { type, data: value } });
    done({ old_value: old ?? null, new_value: value });
  });
  socket.on('get', (group: string, item: string, done: (value: unknown) => void) =>
    done(itemsOf(group).get(item)),
  );
  socket.on('join', (group: string, done: (items: unknown) => void) => {
    socket.join(group);
    done([...itemsOf(group).values()]);
  });
});
process.on('SIGTERM', () => process.exit(0));
http.listen(0, '127.0.0.1', 8_192, () => {
  const { port } = http.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`;
  console.log(`ready ${url} ${url}`);
});
