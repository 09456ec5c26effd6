import type { Target } from '../targets/target.js';
import { answered, clients, joinAll, rpcConnections } from './connect.js';
import type { Measured } from './measured.js';

const GROUP = 'storm';
/** Changes that each client missed. */
const MISSED = 10;
const HELD = 20;

/** Writes `count` items into a group. */
export async function fill(target: Target, group: string, count: number): Promise<void> {
  const [socket] = await rpcConnections(target, 1);
  const frames = Array.from({ length: count }, (_, n) => target.dialect.set({ group, item: `item-${n}`, n }));
  await answered(socket!, frames);
  socket!.close();
}

/** Clients that are connected and join one group all at once; the figure is syncs per second. */
export async function joinStorm(target: Target, count: number, items: number): Promise<Measured> {
  await fill(target, GROUP, items);
  return {
    run: async () => {
      const sockets = await clients(target, count);
      const began = performance.now();
      await joinAll(target, sockets, () => GROUP);
      const figure = (count * 1_000) / (performance.now() - began);
      for (const socket of sockets) socket.close();
      return figure;
    },
    close: () => {},
  };
}

/** Where a group stands: what a client that joined it would hold. */
async function cursorOf(target: Target, group: string): Promise<{ epoch: string; seq: number }> {
  const [socket] = await clients(target, 1);
  const text = await new Promise<string>((resolve) => {
    socket!.listen((chunk, start, end) => resolve(Buffer.from(chunk.slice(start, end)).toString('latin1')));
    socket!.send(target.dialect.join(group));
  });
  socket!.close();
  return JSON.parse(text.slice(text.indexOf('{')));
}

/** Clients that come back all at once, each with ten changes to catch up; the figure is clients per second. */
export async function resumeStorm(target: Target, count: number): Promise<Measured> {
  const { resume } = target.dialect;
  if (resume === undefined) throw new Error('this server cannot resume');
  await fill(target, GROUP, HELD);
  const { epoch, seq } = await cursorOf(target, GROUP);
  await fill(target, GROUP, MISSED);
  return {
    run: async () => {
      const sockets = await clients(target, count);
      const began = performance.now();
      const caughtUp = sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            let due = 1 + MISSED;
            socket.listen(() => {
              due -= 1;
              if (due === 0) resolve();
            });
            socket.send(resume(GROUP, epoch, seq));
          }),
      );
      await Promise.all(caughtUp);
      const figure = (count * 1_000) / (performance.now() - began);
      for (const socket of sockets) socket.close();
      return figure;
    },
    close: () => {},
  };
}
