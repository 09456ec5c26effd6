import type { Change, GroupAddress } from '../../domain/change.js';
import { StreamError } from '../../domain/errors.js';
import { addressPart } from './channel-message.js';
import type { GroupClock } from './group-clock.js';
import type { GroupDirectory } from './group-directory.js';
import { memberOf } from './keys.js';
import { type CommitReply, Lane, type LaneContext } from './lane.js';
import { type Operation, sizeOf } from './operation.js';
import { type BatchPlan, encodePlan } from './plan.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';
import { Refusals } from './refusals.js';
import { COMMIT_SCRIPT } from './scripts/commit.js';
import type { StoreGeneration } from './store-generation.js';

const INDEX_FIRST = 1;
const GOT_FIRST_ITEM = 1;
const LOST_LAST_ITEM = 2;

type ScriptReply =
  | readonly [typeof INDEX_FIRST]
  | readonly [
      0,
      epoch: string,
      presence: number,
      items: CommitReply['items'],
      steps: CommitReply['steps'],
      seq: number,
      due?: string | null,
    ];

/** All lanes of this node, and what a lane needs to commit. */
export class Committer implements LaneContext {
  readonly retryMs: number;
  readonly committed: (change: Change) => void;
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #generation: StoreGeneration;
  readonly #clock: GroupClock;
  readonly #directory: GroupDirectory;
  readonly #lanes = new Map<string, Lane>();
  /** Whether Redis takes writes. */
  readonly refusals: Refusals;
  #bytes = 0;
  #closing: StreamError | undefined;

  constructor(
    connection: RedisConnection,
    settings: RedisSettings,
    generation: StoreGeneration,
    clock: GroupClock,
    directory: GroupDirectory,
    committed: (change: Change) => void,
  ) {
    this.#connection = connection;
    this.#settings = settings;
    this.#generation = generation;
    this.#clock = clock;
    this.#directory = directory;
    this.retryMs = settings.commandTimeoutMs;
    this.refusals = new Refusals(
      (key) => connection.ask((client) => client.set(key, '', 'PX', 1)),
      (reason, err) => settings.logger.warn({ redis: connection.target.label, err }, reason),
    );
    this.committed = committed;
  }

  /**
   * Gives an operation its place in the group's order.
   * @throws StreamError `unavailable` without a connection, `overloaded` when too much waits already, or the group is too far ahead of the clock
   */
  push(at: GroupAddress, unsized: Omit<Operation, 'bytes'>): void {
    const problem = this.#connection.problem();
    if (this.#closing !== undefined) throw this.#closing;
    if (problem !== undefined) throw new StreamError('unavailable', problem);
    const operation: Operation = { ...unsized, bytes: sizeOf(unsized) };
    const { maxQueuedBytes } = this.#settings;
    if (this.#bytes > 0 && this.#bytes + operation.bytes > maxQueuedBytes) {
      throw new StreamError('overloaded', `${maxQueuedBytes} bytes of writes are waiting for Redis`);
    }
    const member = memberOf(at);
    this.#clock.checkLead(member);
    this.#bytes += operation.bytes;
    let lane = this.#lanes.get(member);
    if (lane === undefined) {
      lane = new Lane(member, { stream: at.stream, group: at.group }, this);
      this.#lanes.set(member, lane);
    }
    lane.push(operation);
  }

  /** Resolves when everything asked until now of a group has its reply; undefined when it is already. */
  settled(member: string): Promise<void> | undefined {
    return this.#lanes.get(member)?.settled();
  }

  /** The same for all groups, or those of one stream. */
  async allSettled(stream?: string): Promise<void> {
    const busy: Promise<void>[] = [];
    for (const lane of this.#lanes.values()) {
      if (stream === undefined || lane.at.stream === stream) busy.push(lane.settled());
    }
    await Promise.all(busy);
  }

  /** Takes nothing more. */
  close(error: StreamError): void {
    this.#closing = error;
  }

  async commit(at: GroupAddress, plan: BatchPlan): Promise<CommitReply> {
    const member = memberOf(at);
    const reply = await this.#watched(member, this.#timed(plan, this.#send(at, member, plan)));
    const [, epoch, presence, items, steps, seq, due] = reply;
    const timestamp = steps.at(-1) ?? 0;
    this.#clock.saw(member, timestamp);
    if (this.#connection.isCluster) await this.#index(member, presence, due ?? undefined);
    return { epoch, items, steps, seq };
  }

  /** Remembers when the first item of a group is due. @param due ms of Redis' clock; '' = none is */
  async noteDue(member: string, due: string): Promise<void> {
    const { due: key } = this.#settings.keys;
    await this.#connection.ask((client) =>
      due === '' ? client.zrem(key, member) : client.zadd(key, due, member),
    );
  }

  release(operations: readonly Operation[]): void {
    for (const operation of operations) this.#bytes -= operation.bytes;
  }

  idle(lane: Lane): void {
    this.#lanes.delete(lane.member);
  }

  async #watched<T>(member: string, reply: Promise<T>): Promise<T> {
    try {
      const result = await reply;
      this.refusals.succeeded();
      return result;
    } catch (error) {
      const head = this.#settings.keys.group(member)[1]!;
      if (error instanceof StreamError) this.refusals.failed(error, `${head}:alive`);
      throw error;
    }
  }

  async #timed<T>({ steps }: BatchPlan, reply: Promise<T>): Promise<T> {
    const started = performance.now();
    let failed = true;
    try {
      const result = await reply;
      failed = false;
      return result;
    } finally {
      this.#settings.observer.batch(steps.length, performance.now() - started, failed);
    }
  }

  async #send(
    at: GroupAddress,
    member: string,
    plan: BatchPlan,
  ): Promise<Exclude<ScriptReply, readonly [1]>> {
    const { tombstones, keys: keySpace } = this.#settings;
    const inSlot = keySpace.group(member);
    const keys = this.#connection.isCluster ? inSlot : [...inSlot, keySpace.index, keySpace.due];
    const encoded = encodePlan(plan);
    for (let indexed = '0'; ; indexed = '1') {
      const reply = (await this.#connection.run(COMMIT_SCRIPT, keys, [
        String(this.#clock.propose(member)),
        this.#generation.newEpoch(),
        this.#generation.prefix,
        String(tombstones.maxPerGroup),
        String(tombstones.maxAgeMs),
        addressPart(at),
        member,
        indexed,
        keySpace.sharesChannel ? keySpace.channel : '',
        keySpace.ownChannel,
        ...encoded,
      ])) as ScriptReply;
      if (reply[0] !== INDEX_FIRST) return reply;
      await this.#directory.add(member);
    }
  }

  /** In a Cluster the index lives on another node than the group. */
  async #index(member: string, presence: number, due: string | undefined): Promise<void> {
    try {
      if (due !== undefined) await this.noteDue(member, due);
      if (presence === GOT_FIRST_ITEM) await this.#directory.add(member);
      else if (presence === LOST_LAST_ITEM) await this.#directory.drop(member);
    } catch (error) {
      // The change itself is committed. A stale entry goes with the next listing, a lost one comes with the next search.
      this.#settings.logger.warn({ err: error }, 'could not bring the index of groups up to date');
    }
  }
}
