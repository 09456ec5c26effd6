import { groupKeys } from './keys.js';
import type { RedisConnection } from './redis-connection.js';

/** Groups asked for in one go. */
const CHUNK = 500;

interface Watched {
  watchers: number;
  epoch: string;
  seq: number;
  /** True when it was behind at the last look already. */
  suspect: boolean;
}

/**
 * Notices when a watched group's feed fell silent: a Cluster's bus may drop messages, and a failover may lose
 * acknowledged changes, without any connection of ours being closed.
 */
export class Audit {
  readonly #connection: RedisConnection;
  readonly #gap: (member: string) => void;
  readonly #failed: (error: unknown) => void;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  #running = false;

  constructor(
    connection: RedisConnection,
    intervalMs: number,
    gap: (member: string) => void,
    failed: (error: unknown) => void,
  ) {
    this.#connection = connection;
    this.#gap = gap;
    this.#failed = failed;
    this.#timer = setInterval(() => void this.run(), intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  watch(member: string): void {
    const watched = this.#watched.get(member);
    if (watched === undefined) this.#watched.set(member, { watchers: 1, epoch: '', seq: 0, suspect: false });
    else watched.watchers++;
  }

  unwatch(member: string): void {
    const watched = this.#watched.get(member);
    if (watched === undefined) return;
    watched.watchers--;
    if (watched.watchers === 0) this.#watched.delete(member);
  }

  /** The feed, or a reply, brought the group to a position. */
  saw(member: string, epoch: string, seq: number): void {
    const watched = this.#watched.get(member);
    if (watched === undefined || (watched.epoch === epoch && watched.seq >= seq)) return;
    watched.epoch = epoch;
    watched.seq = seq;
    watched.suspect = false;
  }

  /** Compares every watched group with Redis. */
  async run(): Promise<void> {
    if (this.#running || this.#connection.problem() !== undefined) return;
    this.#running = true;
    try {
      const members = [...this.#watched.keys()];
      for (let from = 0; from < members.length; from += CHUNK) {
        await Promise.all(members.slice(from, from + CHUNK).map((member) => this.#compare(member)));
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#running = false;
    }
  }

  async #compare(member: string): Promise<void> {
    const head = groupKeys(member)[1]!;
    const [epoch, seq] = await this.#connection.ask((client) => client.hmget(head, 'epoch', 'seq'));
    const watched = this.#watched.get(member);
    if (watched === undefined || watched.epoch === '') return;
    const behind = epoch !== watched.epoch || Number(seq) !== watched.seq;
    // What is on its way now has arrived at the next look.
    if (behind && watched.suspect) {
      watched.suspect = false;
      watched.epoch = epoch ?? '';
      watched.seq = Number(seq ?? 0);
      this.#gap(member);
    } else watched.suspect = behind;
  }
}
