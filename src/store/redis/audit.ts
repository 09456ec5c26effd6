import type { KeySpace } from './keys.js';
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

export interface AuditEvents {
  /** The feed of a group is behind Redis. */
  gap(member: string): void;
  /** A group stands before what was seen of it: changes are lost. */
  wentBack(member: string): Promise<void>;
  failed(error: unknown): void;
}

/**
 * Notices when a watched group's feed fell silent, or its history was lost, without any connection of ours being
 * closed: a Cluster's bus may drop messages, and somebody may replace keys.
 */
export class Audit {
  readonly #connection: RedisConnection;
  readonly #keys: KeySpace;
  readonly #events: AuditEvents;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  #running = false;

  constructor(connection: RedisConnection, keys: KeySpace, intervalMs: number, events: AuditEvents) {
    this.#connection = connection;
    this.#keys = keys;
    this.#events = events;
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
      this.#events.failed(error);
    } finally {
      this.#running = false;
    }
  }

  async #compare(member: string): Promise<void> {
    const head = this.#keys.group(member)[1]!;
    const { epoch: before, seq: reached } = this.#watched.get(member) ?? { epoch: '', seq: 0 };
    const [epoch, seq] = await this.#connection.ask((client) => client.hmget(head, 'epoch', 'seq'));
    const watched = this.#watched.get(member);
    if (watched === undefined || watched.epoch === '') return;
    if (epoch === before && Number(seq) < reached) {
      await this.#events.wentBack(member);
      return;
    }
    const behind = epoch !== watched.epoch || Number(seq) !== watched.seq;
    // What is on its way now has arrived at the next look; a missing head is not on its way.
    if (behind && (watched.suspect || epoch === null)) {
      watched.suspect = false;
      watched.epoch = epoch ?? '';
      watched.seq = Number(seq ?? 0);
      this.#events.gap(member);
    } else watched.suspect = behind;
  }
}
