import { collectDefaultMetrics, Registry } from 'prom-client';
import { FUNCTION } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { Change, ChangeKind } from '../domain/change.js';
import { exportCounter, exportCounters, exportGauge, exportLatency } from './export.js';
import { Latency } from './latency.js';
import { type MetricSources, NO_SOURCES } from './metric-sources.js';

type Done<Failure> = (failure: Failure | undefined, result: JsonText | undefined) => void;

/** Memory, CPU, event-loop delay, garbage collection: of the process, however many servers run in it. */
let processRegistry: Registry | undefined;

function ofProcess(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry, eventLoopMonitoringPrecision: 20 });
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
  readonly #commits = new Latency();
  #commitEntries = 0;
  #commitFailures = 0;
  #triggers = 0;
  #triggerFailures = 0;
  #authFailures = 0;
  #sources = NO_SOURCES;

  constructor() {
    this.#exportService();
    this.#exportStore();
    this.#exportDelivery();
    ofProcess();
  }

  /** Says who knows the numbers that are not counted here. */
  attach(sources: MetricSources): void {
    this.#sources = sources;
  }

  /** Wraps the callback of a call, to time it. Of functions that are not ours nothing is recorded. */
  timed<Failure>(functionId: string, done: Done<Failure>): Done<Failure> {
    const latency = this.#latencies.get(functionId);
    if (latency === undefined) return done;
    const started = performance.now();
    return (failure, result) => {
      latency.record(performance.now() - started);
      if (failure !== undefined) this.#failures.set(functionId, this.#failures.get(functionId)! + 1);
      done(failure, result);
    };
  }

  changed({ kind }: Change): void {
    this.#changes[kind]++;
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

  #counter(name: string, help: string, read: () => number): void {
    exportCounter(this.#registry, `iii_stream_${name}`, help, read);
  }

  #gauge(name: string, help: string, read: () => number): void {
    exportGauge(this.#registry, `iii_stream_${name}`, help, read);
  }

  #exportService(): void {
    const registry = this.#registry;
    exportLatency(
      registry,
      'iii_stream_function_duration_seconds',
      'Time from a call to its reply.',
      'function',
      this.#latencies,
    );
    exportCounters(
      registry,
      'iii_stream_function_errors_total',
      'Calls that failed.',
      'function',
      () => this.#failures,
    );
    exportCounters(
      registry,
      'iii_stream_changes_total',
      'Changes of items that this process saw; with Redis those of all processes.',
      'kind',
      () => Object.entries(this.#changes),
    );
    this.#counter('triggers_total', 'Trigger handlers called.', () => this.#triggers);
    this.#counter(
      'trigger_failures_total',
      'Trigger handlers or conditions that failed.',
      () => this.#triggerFailures,
    );
    this.#counter('auth_failures_total', 'Sockets refused before their upgrade.', () => this.#authFailures);
  }

  #exportStore(): void {
    exportLatency(
      this.#registry,
      'iii_stream_store_commit_duration_seconds',
      'Time until a batch of changes was durable.',
      undefined,
      [['', this.#commits]],
    );
    this.#counter('store_commit_entries_total', 'Changes in all batches.', () => this.#commitEntries);
    this.#counter('store_commit_failures_total', 'Batches that failed.', () => this.#commitFailures);
    this.#gauge('store_writable', '1 when the store takes writes.', () =>
      this.#sources.storeWritable() ? 1 : 0,
    );
  }

  #exportDelivery(): void {
    const delivery = () => this.#sources.delivery;
    this.#gauge('connections', 'Open stream sockets.', () => this.#sources.connections());
    this.#gauge('subscriptions', 'Subscriptions of all sockets.', () => this.#sources.subscriptions());
    this.#gauge('outbox_bytes', 'Bytes waiting to be sent on all sockets.', () =>
      this.#sources.outboxBytes(),
    );
    this.#counter('deliveries_total', 'Messages handed to sockets.', () => delivery().deliveries);
    this.#counter('catch_ups_total', 'Replies to what changed after a cursor.', () => delivery().catchUps);
    this.#counter(
      'dropped_events_total',
      'Custom events that a slow client missed.',
      () => delivery().droppedEvents,
    );
    this.#counter('pauses_total', 'Times that a full outbox paused a socket.', () => delivery().pauses);
    const sockets = () => this.#sources.sockets();
    this.#counter('connections_total', 'Stream sockets opened.', () => sockets().opened);
    this.#counter('refused_upgrades_total', 'Stream sockets refused.', () => sockets().refused);
    this.#counter(
      'socket_faults_total',
      'Socket messages that got an error in reply.',
      () => sockets().errors,
    );
    this.#counter('slow_client_closes_total', 'Sockets closed as too slow.', () => sockets().slowConsumers);
    this.#counter('lost_clients_total', 'Sockets dropped because they showed no life.', () => sockets().lost);
  }
}
