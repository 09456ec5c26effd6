import type { Target } from '../targets/target.js';
import { STREAM } from '../wire/dialect.js';
import { LeanEvents } from '../wire/lean-events.js';
import { LeanSocket } from '../wire/lean-socket.js';

/** Waits for the frames that come before the first answer. */
async function greet(socket: LeanSocket, target: Target, unasked: number): Promise<void> {
  const { greeting } = target.dialect;
  const due = unasked + greeting.length;
  if (due === 0) return;
  await new Promise<void>((resolve) => {
    let left = due;
    socket.listen(() => {
      left -= 1;
      if (left === 0) resolve();
    });
    for (const frame of greeting) socket.send(frame);
  });
}

/** Connections that call functions. Frames may arrive with the upgrade's answer, so each is opened with its listener. */
export async function rpcConnections(target: Target, count: number): Promise<LeanSocket[]> {
  const opened = Array.from({ length: count }, async () => {
    let arrived: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const socket = await LeanSocket.open(target.rpcUrl, () => arrived());
    if (target.dialect.unasked.rpc > 0) await first;
    await greet(socket, target, 0);
    return socket;
  });
  return Promise.all(opened);
}

/** Clients of the stream socket. */
export async function clients(target: Target, count: number): Promise<LeanSocket[]> {
  if (target.dialect.greeting.length === 0) return LeanSocket.openMany(target.socketUrl, count);
  const sockets: LeanSocket[] = [];
  while (sockets.length < count) {
    const batch = Math.min(100, count - sockets.length);
    const some = { ...target, rpcUrl: target.socketUrl };
    sockets.push(...(await rpcConnections(some, batch)));
  }
  return sockets;
}

/** Sends frames in one go; resolves when each has its answer. */
export async function answered(socket: LeanSocket, frames: readonly Buffer[]): Promise<void> {
  await new Promise<void>((resolve) => {
    let left = frames.length;
    socket.listen(() => {
      left -= 1;
      if (left === 0) resolve();
    });
    socket.send(Buffer.concat(frames));
  });
}

/** Joins each client to the group that `groupOf` names; resolves when all have their sync. */
export async function joinAll(
  target: Target,
  sockets: readonly LeanSocket[],
  groupOf: (index: number) => string,
): Promise<void> {
  await Promise.all(
    sockets.map(
      (socket, index) =>
        new Promise<void>((resolve) => {
          socket.listen(() => resolve());
          socket.send(target.dialect.join(groupOf(index)));
        }),
    ),
  );
}

/** Readers of a group's event stream, each with its sync. */
export async function eventReaders(target: Target, count: number, group: string): Promise<LeanEvents[]> {
  const readers: LeanEvents[] = [];
  while (readers.length < count) {
    const opened = Array.from({ length: Math.min(100, count - readers.length) }, () => {
      const reader = new LeanEvents(pathOf(target, group));
      return new Promise<LeanEvents>((resolve, reject) => {
        reader.opened.catch(reject);
        reader.listen(() => resolve(reader));
      });
    });
    readers.push(...(await Promise.all(opened)));
  }
  return readers;
}

/** Where a group is read. */
export const pathOf = ({ socketUrl }: Target, group: string): string =>
  new URL(`/stream/${STREAM}/${group}`, socketUrl).href;
