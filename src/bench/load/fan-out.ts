import type { Target } from '../targets/target.js';
import type { LeanConnection } from '../wire/lean-connection.js';
import type { LeanSocket } from '../wire/lean-socket.js';
import { clients, eventReaders, joinAll, rpcConnections } from './connect.js';
import type { Measured } from './measured.js';
import { Ring } from './ring.js';
import { type Plan, type Subscriber, Watching } from './watching.js';

const RING = 2_000;
const ITEMS = 20;
const groupName = (group: number): string => `group-${String(group).padStart(4, '0')}`;

export interface FanOutOptions {
  readonly groups: number;
  /** Subscribers of each group. */
  readonly subscribers: number;
  /** Subscribers of other groups, to which nobody writes. */
  readonly idle: number;
  /** Subscribers of the first group, besides, that read nothing. @default 0 */
  readonly stalled?: number;
  /** How subscribers are connected; `sse` takes one group. @default ws */
  readonly door?: 'ws' | 'sse';
  /** Changes that may be on their way at once. */
  readonly window: number;
}

interface Connected {
  readonly watching: readonly (LeanConnection & Subscriber)[];
  readonly others: readonly LeanConnection[];
}

async function connectSockets(target: Target, options: FanOutOptions): Promise<Connected> {
  const { groups, subscribers, idle, stalled = 0 } = options;
  const sockets = await clients(target, groups * subscribers + idle);
  await joinAll(target, sockets, (index) =>
    index < groups * subscribers ? groupName(index % groups) : `idle-${index}`,
  );
  const deaf = await clients(target, stalled);
  await joinAll(target, deaf, () => groupName(0));
  for (const socket of deaf) socket.pause(true);
  const watching = sockets.slice(0, groups * subscribers);
  return { watching, others: [...sockets.slice(watching.length), ...deaf] };
}

/** One publisher that writes to all groups in turn, and their subscribers. */
export class FanOut implements Measured {
  readonly #publisher: LeanSocket;
  readonly #connections: readonly LeanConnection[];
  readonly #options: FanOutOptions;
  readonly #ring: Ring;
  readonly #watching: Watching;
  #published = 0;
  #onDelivered: () => void = () => {};

  private constructor(
    publisher: LeanSocket,
    { watching, others }: Connected,
    options: FanOutOptions,
    ring: Ring,
  ) {
    this.#publisher = publisher;
    this.#connections = [...watching, ...others];
    this.#options = options;
    this.#ring = ring;
    const { groups } = options;
    const plan: Plan = { groups, ring: RING, groupOf: (index) => index % groups };
    this.#watching = new Watching(watching, plan, () => this.#onDelivered());
  }

  static async open(target: Target, options: FanOutOptions): Promise<FanOut> {
    const { groups, subscribers, door = 'ws' } = options;
    const [publisher] = await rpcConnections(target, 1);
    const connected =
      door === 'ws'
        ? await connectSockets(target, options)
        : { watching: await eventReaders(target, subscribers, groupName(0)), others: [] };
    const ring = new Ring(RING, (n) => {
      const item = `item-${String(Math.floor(n / groups) % ITEMS).padStart(2, '0')}`;
      return target.dialect.set({ group: groupName(n % groups), item, n });
    });
    return new FanOut(publisher!, connected, options, ring);
  }

  /** Deliveries per second. Throws when one is lost or out of order. */
  async run(ms: number): Promise<number> {
    const { subscribers: fan, window } = this.#options;
    const began = performance.now();
    const before = this.#watching.delivered;
    const send = (bytes: Uint8Array): void => this.#publisher.send(bytes);
    this.#publisher.listen(() => {});
    await new Promise<void>((resolve) => {
      this.#onDelivered = () => {
        const { delivered } = this.#watching;
        if (performance.now() >= began + ms) {
          if (delivered === this.#published * fan) resolve();
          return;
        }
        const room = window - (this.#published - Math.floor(delivered / fan));
        if (room < Math.max(1, window / 8)) return;
        this.#published += room;
        this.#ring.take(room, send);
      };
      this.#onDelivered();
    });
    this.#watching.check(this.#published);
    return ((this.#watching.delivered - before) * 1_000) / (performance.now() - began);
  }

  close(): void {
    this.#publisher.close();
    for (const connection of this.#connections) connection.close();
  }
}
