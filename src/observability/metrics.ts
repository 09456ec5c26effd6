import { collectDefaultMetrics, Registry } from 'prom-client';
import { FUNCTION } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { Change, ChangeKind } from '../domain/change.js';
import { exportFacts, exportLatency, exportNumbers, exportOptional } from './export.js';
import { Latency } from './latency.js';
import { type Labelled, type MetricSources, NO_SOURCES } from './metric-sources.js';
import { Tally } from './tally.js';

type Done<Failure> = (failure: Failure | undefined, result: JsonText | undefined) => void;

/** Memory, CPU, event-loop delay, garbage collection: of the process, however many servers run in it. */
let processRegistry: Registry | undefined;

function ofProcess(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry, eventLoopMonitoringPrecision: 20 });
    // Gauges that are named like counters, which `promtool check metrics` refuses; they are sums of series that stay.
    for (const kind of ['handles', 'requests', 'resources'])
      processRegistry.removeSingleMetric(`nodejs_active_${kind}_total`);
  }
  return processRegistry;
}

/**
 * Counts what happens: additions to plain fields, read by prom-client when somebody asks. Labels come from fixed sets,
 * never from a client. Fits the observers of service and store.
 */
export class Metrics {
  /** The media type of `scrape`. */
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #registry = new Registry();
  readonly #latencies = new Map<string, Latency>(Object.values(FUNCTION).map((id) => [id, new Latency()]));
  readonly #failures = new Map<string, number>(Object.values(FUNCTION).map((id) => [id, 0]));
  readonly #changes: Record<ChangeKind, number> = { create: 0, update: 0, delete: 0 };
  readonly #errors = new Tally();
  /** Requests that the admin listener refused, by code. */
  readonly adminRefusals = new Tally();
  readonly #commits = new Latency();
  readonly #deliveries = new Latency();
  #commitEntries = 0;
  #commitFailures = 0;
  #triggers = 0;
  #triggerFailures = 0;
  #authFailures = 0;
  #sources = NO_SOURCES;

  /** @param version of the package */
  constructor(version = 'unknown') {
    this.#exportLatencies();
    this.#exportCounters();
    this.#exportGauges();
    this.#exportParts();
    exportFacts(this.#registry, {
      name: 'iii_stream_build_info',
      help: 'The version that runs, and its Node.',
      facts: { version, node: process.version },
    });
    ofProcess();
  }

  /** Says who knows the numbers that are not counted here. */
  attach(sources: MetricSources): void {
    this.#sources = sources;
  }

  /** Wraps the callback of a call, to time it. Of functions that are not ours nothing is recorded. */
  timed<Failure extends { readonly code: string }>(functionId: string, done: Done<Failure>): Done<Failure> {
    const latency = this.#latencies.get(functionId);
    if (latency === undefined) return done;
    const started = performance.now();
    return (failure, result) => {
      latency.record(performance.now() - started);
      if (failure !== undefined) {
        this.#failures.set(functionId, this.#failures.get(functionId)! + 1);
        this.#errors.count(failure.code);
      }
      done(failure, result);
    };
  }

  changed({ kind }: Pick<Change, 'kind'>): void {
    this.#changes[kind]++;
  }

  /** What changed in one turn of the event loop was handed to the sockets `ms` after the first of it was committed. */
  delivered(ms: number): void {
    this.#deliveries.record(ms);
  }

  triggerFired(): void {
    this.#triggers++;
  }

  triggerFailed(): void {
    this.#triggerFailures++;
  }

  authFailed(): void {
    this.#authFailures++;
  }

  /** The store wrote `entries` changes at once, in `ms`, or failed to. */
  batch(entries: number, ms: number, failed: boolean): void {
    this.#commits.record(ms);
    this.#commitEntries += entries;
    if (failed) this.#commitFailures++;
  }

  /** Changes that this process saw so far. */
  get changes(): number {
    const { create, update, delete: removed } = this.#changes;
    return create + update + removed;
  }

  /** Everything in Prometheus' text format. */
  async scrape(): Promise<string> {
    return (await this.#registry.metrics()) + (await ofProcess().metrics());
  }

  #exportLatencies(): void {
    exportLatency(
      this.#registry,
      {
        name: 'iii_stream_function_duration_seconds',
        help: 'Time from a call to its reply.',
        label: 'function',
      },
      this.#latencies,
    );
    exportLatency(
      this.#registry,
      {
        name: 'iii_stream_store_commit_duration_seconds',
        help: 'Time until a batch of changes was durable.',
      },
      [['', this.#commits]],
    );
    exportLatency(
      this.#registry,
      {
        name: 'iii_stream_delivery_duration_seconds',
        help: 'Time from a commit that this process learned of until its messages were handed to the sockets, per turn.',
      },
      [['', this.#deliveries]],
    );
  }

  #exportCounters(): void {
    const counter = (name: string, help: string, read: () => number | Labelled, label?: string) =>
      exportNumbers(
        this.#registry,
        'counter',
        { name: `iii_stream_${name}_total`, help, ...(label === undefined ? {} : { label }) },
        read,
      );
    const delivery = () => this.#sources.delivery;
    const sockets = () => this.#sources.sockets();
    counter('function_errors', 'Calls that failed.', () => this.#failures, 'function');
    counter('errors', 'Calls that failed, by the code of their error.', () => this.#errors, 'code');
    counter(
      'changes',
      'Changes of items that this process saw; with Redis those of all processes.',
      () => Object.entries(this.#changes),
      'kind',
    );
    counter('triggers', 'Trigger handlers called.', () => this.#triggers);
    counter('trigger_failures', 'Trigger handlers or conditions that failed.', () => this.#triggerFailures);
    counter('auth_failures', 'Sockets refused before their upgrade.', () => this.#authFailures);
    counter('store_commit_entries', 'Changes in all batches.', () => this.#commitEntries);
    counter('store_commit_failures', 'Batches that failed.', () => this.#commitFailures);
    counter('deliveries', 'Messages handed to sockets.', () => delivery().deliveries);
    counter('catch_ups', 'Replies to what changed after a cursor.', () => delivery().catchUps);
    counter('dropped_events', 'Custom events that a slow client missed.', () => delivery().droppedEvents);
    counter('pauses', 'Times that a full outbox paused a socket.', () => delivery().pauses);
    counter('connections', 'Stream sockets opened.', () => sockets().opened);
    counter('refused_upgrades', 'Stream sockets and requests refused.', () => sockets().refused, 'code');
    counter('admin_refusals', 'Requests that the admin listener refused.', () => this.adminRefusals, 'code');
    counter('socket_faults', 'Socket messages that got an error in reply.', () => sockets().errors, 'code');
    counter('sent_bytes', 'Bytes sent to clients.', () => sockets().sent.total);
    counter('slow_client_closes', 'Sockets closed as too slow.', () => sockets().slowConsumers);
    counter('lost_clients', 'Sockets dropped because they showed no life.', () => sockets().lost);
  }

  #exportGauges(): void {
    const gauge = (name: string, help: string, read: () => number) =>
      exportNumbers(this.#registry, 'gauge', { name: `iii_stream_${name}`, help }, read);
    gauge('store_writable', '1 when the store takes writes.', () => Number(this.#sources.storeWritable()));
    gauge('connections', 'Open stream sockets.', () => this.#sources.connections());
    gauge('subscriptions', 'Subscriptions of all sockets.', () => this.#sources.subscriptions());
    gauge('outbox_bytes', 'Bytes waiting to be sent on all sockets.', () => this.#sources.outboxBytes());
    gauge('workers', 'Workers connected.', () => this.#sources.workers().connected);
    gauge(
      'pending_invocations',
      'Calls of ours without a result yet.',
      () => this.#sources.workers().pending,
    );
  }

  /** Gauges of what not every server has; without it there is no sample, because a zero would be an alarm. */
  #exportParts(): void {
    const part = (name: string, help: string, read: () => number | boolean | undefined) =>
      exportOptional(this.#registry, { name: `iii_stream_${name}`, help }, () => {
        const value = read();
        return value === undefined ? undefined : Number(value);
      });
    const store = () => this.#sources.store();
    part('items', 'Items that the store in this process holds.', () => store().held?.items);
    part('groups', 'Groups that hold them.', () => store().held?.groups);
    part('log_bytes', 'Bytes of the log on disk.', () => store().log?.bytes);
    part('log_dead_bytes', 'Bytes of the log that no item needs.', () => store().log?.deadBytes);
    part('tombstones', 'Deletions that are remembered.', () => store().deleted?.tombstones);
    part('tombstone_bytes', 'Bytes of memory that they take, roughly.', () => store().deleted?.bytes);
    part('empty_groups', 'Groups without an item that are remembered.', () => store().deleted?.emptyGroups);
    part('redis_up', '1 when Redis replies.', () => store().redisUp);
    part('engine_up', '1 when the engine is connected.', () => this.#sources.workers().engineUp);
  }
}
