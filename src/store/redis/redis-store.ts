import type { JsonText } from '../../../generated/json-text.js';
import type {
  Change,
  Cursor,
  CustomEvent,
  GroupAddress,
  ItemAddress,
  Since,
  Snapshot,
  TraceContext,
} from '../../domain/change.js';
import { StreamError } from '../../domain/errors.js';
import type { StoreUsage } from '../../observability/metric-sources.js';
import type {
  Committed,
  GuardedWrite,
  ItemAt,
  Lives,
  Mutation,
  Store,
  StoreHealth,
  StoreListener,
  StreamListing,
  Transacted,
} from '../port.js';
import { Audit } from './audit.js';
import { ChannelFeed } from './channel-feed.js';
import { changeBody, eventBody } from './channel-message.js';
import { Committer } from './committer.js';
import { Departed } from './departed.js';
import { warnOfEviction } from './eviction.js';
import { GroupClock } from './group-clock.js';
import { GroupDirectory } from './group-directory.js';
import { RedisGroupReader } from './group-reader.js';
import { memberOf, parseMember } from './keys.js';
import { NodeLease } from './node-lease.js';
import type { Operation } from './operation.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';
import { SCRIPTS } from './scripts/index.js';
import { StoreGeneration } from './store-generation.js';
import type { Subscriber, SubscriberEvents } from './subscriber.js';
import { Sweeper } from './sweeper.js';
import { transactionOperation } from './transaction.js';

/**
 * Any number of nodes over one Redis, which orders the changes. One script per group and round trip compares, writes,
 * sequences and publishes; every node, the committing one too, tells its subscribers what the channel brings.
 *
 * A write whose reply is lost with the connection fails with `unavailable`, and may have happened: it then reaches
 * subscribers, but fires no trigger.
 */
export class RedisStore implements Store {
  readonly kind = 'redis';
  readonly lifetimes = true;
  readonly owned: NodeLease;
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #clock: GroupClock;
  readonly #generation: StoreGeneration;
  readonly #directory: GroupDirectory;
  readonly #committer: Committer;
  readonly #sweeper: Sweeper;
  readonly #audit: Audit;
  readonly #feed: ChannelFeed;
  readonly #reader: RedisGroupReader;
  #subscriber: Subscriber | undefined;
  #listener: StoreListener | undefined;

  constructor(connection: RedisConnection, settings: RedisSettings) {
    const { logger, now, auditIntervalMs, keys } = settings;
    connection.define(SCRIPTS);
    this.#connection = connection;
    this.#settings = settings;
    this.#clock = new GroupClock(now);
    this.#generation = new StoreGeneration(connection, settings, () => this.#historyLost());
    this.#directory = new GroupDirectory(connection, settings);
    this.#committer = new Committer(
      connection,
      settings,
      this.#generation,
      this.#clock,
      this.#directory,
      (change) => this.#listener?.committed(change),
    );
    this.#sweeper = new Sweeper(connection, settings, this.#committer);
    this.owned = new NodeLease(connection, settings, new Departed(connection, settings, this.#committer));
    this.#audit = new Audit(connection, keys, auditIntervalMs, {
      gap: (member) => this.#missed(member),
      wentBack: () => this.#generation.end(),
      failed: (error) => logger.warn({ err: error }, 'could not check the watched groups'),
    });
    this.#feed = new ChannelFeed(this.#clock, {
      isForeign: (epoch) => this.#generation.isForeign(epoch),
      sequenced: (member, epoch, seq) => this.#audit.saw(member, epoch, seq),
      foreign: (member) => this.#directory.noteForeign(member),
      rejected: (length) =>
        logger.warn({ length }, 'ignored a message on the channel that is no stream message'),
    });
    this.#reader = new RedisGroupReader({
      connection,
      settings,
      clock: this.#clock,
      generation: this.#generation,
      directory: this.#directory,
      committer: this.#committer,
      audit: this.#audit,
      feed: this.#feed,
    });
  }

  /** Starts to receive and to list; `subscribe` makes the subscription. Rejects when Redis does not reply. */
  async start(subscribe: (events: SubscriberEvents) => Subscriber): Promise<void> {
    await this.#generation.start();
    this.#subscriber = subscribe({
      message: (text, channel) => {
        const { sharesChannel, ownChannel } = this.#settings.keys;
        if (channel === ownChannel) this.#feed.takeOwn(text, sharesChannel);
        else this.#feed.take(text);
      },
      gap: () => this.#listener?.gap(),
    });
    await this.#subscriber.start();
    await this.#directory.start();
    this.#sweeper.start();
    await warnOfEviction(this.#connection, this.#settings.logger);
  }

  listen(listener: StoreListener): void {
    this.#listener = listener;
    this.#feed.listen(listener);
  }
  commit(address: ItemAddress, mutation: Mutation, trace?: TraceContext): Promise<Committed> {
    return new Promise((done, failed) => {
      this.#committer.push(address, { item: address.item, action: mutation, trace, done, failed });
    });
  }

  transact(group: GroupAddress, writes: readonly GuardedWrite[], trace?: TraceContext): Promise<Transacted> {
    return new Promise((done, failed) => {
      this.#committer.push(group, transactionOperation(writes, trace, done, failed));
    });
  }

  settled(group: GroupAddress): Promise<void> | undefined {
    return this.#committer.settled(memberOf(group));
  }

  item(address: ItemAddress): Promise<ItemAt | undefined> {
    return this.#reader.item(address);
  }

  get(address: ItemAddress): Promise<JsonText | undefined> {
    return this.#reader.get(address);
  }

  list(group: GroupAddress): Promise<readonly JsonText[]> {
    return this.#reader.list(group);
  }

  async listGroups(stream: string): Promise<readonly string[]> {
    await this.#committer.allSettled(stream);
    return this.#directory.listGroups(stream);
  }

  async listAll(): Promise<readonly StreamListing[]> {
    await this.#committer.allSettled();
    return this.#directory.listAll();
  }

  snapshot(group: GroupAddress): Promise<Snapshot> {
    return this.#reader.snapshot(group);
  }
  lives(group: GroupAddress): Promise<Lives> {
    return this.#reader.lives(group);
  }

  changesSince(group: GroupAddress, cursor: Cursor): Promise<Since> {
    return this.#reader.changesSince(group, cursor);
  }

  async publish(event: Omit<CustomEvent, 'timestamp'>): Promise<CustomEvent> {
    const timestamp = await this.#send(event, event.item, eventBody(event.type, event.data));
    return { ...event, timestamp };
  }

  async announce(change: Omit<Change, 'timestamp' | 'seq' | 'epoch'>): Promise<Change> {
    const timestamp = await this.#send(change, change.item, changeBody(change.kind, change.value));
    return { ...change, timestamp, seq: 0, epoch: '' };
  }

  watch(group: GroupAddress): void {
    this.#audit.watch(memberOf(group));
  }
  unwatch(group: GroupAddress): void {
    this.#audit.unwatch(memberOf(group));
  }

  usage(): StoreUsage {
    return { redisUp: this.#connection.ailment() === undefined };
  }

  health(): StoreHealth {
    const reason = this.#connection.ailment();
    if (reason !== undefined) return { writable: false, reason };
    if (this.#subscriber?.active === true) return this.#committer.refusals.health();
    return {
      writable: false,
      reason: `the subscription to Redis at ${this.#connection.target.label} is lost`,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#audit.stop();
    this.#generation.stop();
    this.#directory.stop();
    await this.#sweeper.stop();
    await this.owned.stop();
    this.#committer.refusals.stop();
    this.#committer.close(new StreamError('unavailable', 'the store is closing'));
    await this.#committer.allSettled();
    await this.#subscriber?.[Symbol.asyncDispose]();
    await this.#connection[Symbol.asyncDispose]();
  }

  /** Puts a message that changes nothing into the group's order; resolves to its timestamp. */
  #send(at: GroupAddress, item: string | undefined, body: JsonText): Promise<number> {
    return new Promise((resolve, failed) => {
      const done: Operation['done'] = (_, timestamp) => resolve(timestamp);
      this.#committer.push(at, { item, action: { kind: 'message', body }, trace: undefined, done, failed });
    });
  }

  /** Every group begins a new epoch when it is next asked for; those who watch one ask now. */
  #historyLost(): void {
    this.#settings.logger.warn(
      { redis: this.#connection.target.label },
      'Redis was restarted, replaced or promoted and may have lost changes; every group starts a new epoch',
    );
    this.#listener?.gap();
    this.#subscriber?.renew();
  }

  #missed(member: string): void {
    const group = parseMember(member);
    if (group === undefined) return;
    this.#settings.logger.warn({ ...group }, 'the feed of a group is behind Redis; asking what it missed');
    this.#listener?.gap(group);
  }
}
