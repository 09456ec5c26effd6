import type { Target } from '../targets/target.js';
import { clients, joinAll, rpcConnections } from './connect.js';
import type { Measured } from './measured.js';

const GROUP = 'storm';

/** Writes `count` items into a group. */
export async function fill(target: Target, group: string, count: number): Promise<void> {
  const [socket] = await rpcConnections(target, 1);
  await new Promise<void>((resolve) => {
    let left = count;
    socket!.listen(() => {
      left -= 1;
      if (left === 0) resolve();
    });
    for (let n = 0; n < count; n += 1) socket!.send(target.dialect.set({ group, item: `item-${n}`, n }));
  });
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
