import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { Environment } from '../scenarios/scenario.js';
import { type RunningRedis, startRedis } from '../targets/redis.js';
import { textOf } from '../wire/dialect.js';
import type { FanOutOptions } from './fan-out.js';
import type { Measured } from './measured.js';
import { Ring } from './ring.js';

const RING = 2_000;
const CHANNEL = 'fan-out';
const SHARED = Buffer.allocUnsafeSlow(1_048_576);

const command = (...words: string[]): Buffer =>
  Buffer.from(
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
  );

/** What Redis pushes to a subscriber; all are equally long, so counting bytes counts messages. */
const pushed = (message: string): number => command('message', CHANNEL, message).length;

const itemOf = (n: number): string => `item-${String(n % 20).padStart(2, '0')}`;
const messageOf = (n: number): string =>
  `{"type":"${SOCKET_MESSAGE.stream}","timestamp":1700000000000,"streamName":"bench","groupId":"${CHANNEL}","id":"${itemOf(n)}","event":{"type":"${STREAM_EVENT.update}","data":${textOf({ group: CHANNEL, item: itemOf(n), n })}}}`;

/** Redis itself: each change is an HSET and a PUBLISH, each client a SUBSCRIBE. */
export class RedisFanOut implements Measured, AsyncDisposable {
  readonly #server: RunningRedis;
  readonly #publisher: Socket;
  readonly #subscribers: readonly Socket[];
  readonly #window: number;
  readonly #ring = new Ring(RING, (n) =>
    Buffer.concat([
      command('HSET', 'group', itemOf(n), textOf({ group: CHANNEL, item: itemOf(n), n })),
      command('PUBLISH', CHANNEL, messageOf(n)),
    ]),
  );
  #bytes = 0;
  #published = 0;
  #onRead: () => void = () => {};

  private constructor(server: RunningRedis, options: FanOutOptions) {
    this.#server = server;
    this.#window = options.window;
    this.#publisher = connect({ host: '127.0.0.1', port: server.port, noDelay: true }).resume();
    this.#subscribers = Array.from({ length: options.subscribers }, () =>
      connect({
        host: '127.0.0.1',
        port: server.port,
        onread: {
          buffer: SHARED,
          callback: (bytes) => {
            this.#bytes += bytes;
            this.#onRead();
            return true;
          },
        },
      }),
    );
  }

  static async start({ core }: Environment, options: FanOutOptions): Promise<RedisFanOut> {
    const server = await startRedis(core);
    const self = new RedisFanOut(server, options);
    await Promise.all([self.#publisher, ...self.#subscribers].map((socket) => once(socket, 'connect')));
    await self.#subscribe();
    return self;
  }

  async run(ms: number): Promise<number> {
    const { length: fan } = this.#subscribers;
    const size = pushed(messageOf(0));
    const began = performance.now();
    const before = this.#bytes;
    await new Promise<void>((resolve) => {
      this.#onRead = () => {
        const delivered = Math.floor(this.#bytes / size);
        if (performance.now() >= began + ms) {
          if (delivered === this.#published * fan) resolve();
          return;
        }
        const room = this.#window - (this.#published - Math.floor(delivered / fan));
        if (room < Math.max(1, this.#window / 8)) return;
        this.#published += room;
        this.#ring.take(room, (bytes) => this.#publisher.write(bytes));
      };
      this.#onRead();
    });
    return ((this.#bytes - before) / size / (performance.now() - began)) * 1_000;
  }

  cpu(): Promise<number> {
    return this.#server.cpu();
  }

  close(): void {
    this.#publisher.destroy();
    for (const socket of this.#subscribers) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #subscribe(): Promise<void> {
    const answer = `*3\r\n$9\r\nsubscribe\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n:1\r\n`.length;
    await new Promise<void>((resolve) => {
      this.#onRead = () => {
        if (this.#bytes === answer * this.#subscribers.length) resolve();
      };
      for (const socket of this.#subscribers) socket.write(command('SUBSCRIBE', CHANNEL));
    });
    this.#bytes = 0;
  }
}
