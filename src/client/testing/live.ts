import assert from 'node:assert/strict';
import type { GroupView } from '../types.js';
import { type FakeSocket, fakeServer, say } from './fake-server.js';

/** An observed group with the items a@1 b@2, live at seq 2. */
export async function live(options: Parameters<typeof fakeServer>[0] = {}) {
  const server = fakeServer(options);
  const group = server.client.group('s', 'g');
  const views: GroupView[] = [];
  const end = group.subscribe((view) => views.push(view));
  const socket = await server.socket(1);
  await socket.open();
  const [join] = socket.takeJoins();
  assert.ok(join);
  await socket.say(say.ack(join, 'sync', 2), say.sync('a@1 b@2', 2));
  views.splice(0);
  return { ...server, next: server.socket, group, views, end, socket, subscriptionId: join.subscriptionId };
}

/** Cuts the socket and brings the client back on another one; returns that and its joins. */
export async function back(server: Awaited<ReturnType<typeof live>>) {
  const count = server.sockets.length + 1;
  await (server.sockets.at(-1) as FakeSocket).end();
  const socket = await server.next(count);
  await socket.open();
  return { socket, joins: socket.takeJoins() };
}
