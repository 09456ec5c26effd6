import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { Target } from '../targets/target.js';
import { STREAM } from '../wire/dialect.js';
import type { LeanSocket } from '../wire/lean-socket.js';
import { maskedFrame } from '../wire/masked.js';
import { answered, clients, rpcConnections } from './connect.js';
import type { Measured } from './measured.js';
import { fill } from './storm.js';

const GROUP = 'long';
/** Items of a piece; what our client asks for. */
const PAGE = 500;

const JOIN = maskedFrame(
  JSON.stringify({
    type: SOCKET_MESSAGE.join,
    data: { subscriptionId: 's', streamName: STREAM, groupId: GROUP, page: PAGE, items: true },
  }),
);

/** How many milliseconds after its join a client has the first piece of a group of so many items; each comes right after a change. */
export async function firstPages(target: Target, items: number): Promise<Measured> {
  await fill(target, GROUP, items);
  const [writer] = await rpcConnections(target, 1);
  return {
    run: async (ms) => {
      const began = performance.now();
      let joins = 0;
      let waited = 0;
      do {
        // What was encoded for the last one is of no use any more.
        await answered(writer!, [target.dialect.set({ group: GROUP, item: 'item-0', n: joins })]);
        const [reader] = await clients(target, 1);
        const asked = performance.now();
        await joined(reader!, 1);
        waited += performance.now() - asked;
        joins += 1;
        reader!.close();
      } while (performance.now() - began < ms);
      return waited / joins;
    },
    close: () => writer!.close(),
  };
}

/** The longest frame, in bytes, by which a client learns of a whole group. */
export async function longestFrames(target: Target, items: number): Promise<Measured> {
  await fill(target, GROUP, items);
  return {
    run: async () => {
      const [reader] = await clients(target, 1);
      await joined(reader!, Math.ceil(items / PAGE));
      reader!.close();
      return reader!.longestFrame;
    },
    close: () => {},
  };
}

/** Joins so many clients at once; resolves when each has the whole group. */
export async function joinPaged(target: Target, items: number, count: number): Promise<LeanSocket[]> {
  const readers = await clients(target, count);
  await Promise.all(readers.map((reader) => joined(reader, Math.ceil(items / PAGE))));
  return readers;
}

export const fillLong = (target: Target, items: number): Promise<void> => fill(target, GROUP, items);

/** Joins; resolves when so many pieces came. */
async function joined(reader: LeanSocket, pieces: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let left = pieces;
    reader.listen(() => {
      left -= 1;
      if (left === 0) resolve();
    });
    reader.send(JOIN);
  });
}
