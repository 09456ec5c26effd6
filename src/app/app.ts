import { AdminServer } from '../admin/admin-server.js';
import type { AdminOptions } from '../admin/options.js';
import { readToken } from '../admin/token.js';
import { type Config, isAdminPortUnchosen, LiveConfig } from '../config/index.js';
import { LocalError } from '../domain/errors.js';
import { encodeEvents, encodeSignals } from '../http/event-encoder.js';
import { HttpDoor } from '../http/http-door.js';
import { watchDescriptors } from '../net/descriptors.js';
import type { Logger } from '../observability/logger.js';
import { Metrics } from '../observability/metrics.js';
import { version } from '../observability/version.js';
import { Service } from '../service/service.js';
import type { Admission } from '../socket/admission.js';
import { encodeMessages } from '../socket/encoder.js';
import { newCounters } from '../socket/runtime.js';
import { StreamListener } from '../socket/stream-listener.js';
import { openStore } from '../store/open.js';
import type { Store } from '../store/port.js';
import { Closing } from './closing.js';
import { Movable, type Move } from './movable.js';
import { openWorkers, type Workers } from './open-workers.js';
import { Reloader } from './reload.js';

export interface AppOptions {
  readonly logger: Logger;
  /** Be a worker of the iii engine at this URL, instead of serving an engine endpoint. */
  readonly engineUrl?: string;
  /** Salvage what is readable of a corrupt store. @default false */
  readonly repair?: boolean;
}

/** A running iii-stream. */
export interface App extends AsyncDisposable {
  /** Where workers connect: our endpoint, or the engine that we are attached to. */
  readonly engineUrl: string;
  readonly streamUrl: string;
  /** Health, metrics and the inspector; undefined when it is off. */
  readonly adminUrl: string | undefined;
  readonly service: Service;
  /**
   * Applies another configuration while running, as a whole or not at all.
   * @throws LocalError `restart_needed`, `port_taken`, `listen_failed`; nothing has changed then
   */
  reload(config: Config): Promise<void>;
}

/**
 * Opens the store, the admin listener, the workers and the stream socket, in this order: whoever asks learns how the
 * start goes, and no client comes before functions can be called. `Closing` has the order of the end.
 *
 * @throws LocalError one clear sentence; nothing stays open then
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { logger } = options;
  const closing = new Closing();
  try {
    return await open(new LiveConfig(config), options, closing);
  } catch (error) {
    await closing[Symbol.asyncDispose]();
    logger.debug({ err: error }, 'the start failed');
    throw error;
  }
}

async function open(config: LiveConfig<Config>, options: AppOptions, closing: Closing): Promise<App> {
  const { logger, engineUrl: attachTo, repair = false } = options;
  const initial = config.current;
  const descriptors = watchDescriptors(logger);
  closing.at('descriptors', () => descriptors[Symbol.dispose]());
  const metrics = new Metrics(await version());
  const store = await openStore(initial.adapter, {
    logger,
    repair,
    observer: metrics,
    streams: initial.streams,
  });
  closing.at('store', async () => store[Symbol.asyncDispose]());
  const workers = await openWorkers({ config, logger, engineUrl: attachTo });
  const encoders = { ws: encodeMessages, sse: encodeEvents, poll: encodeSignals };
  const service = new Service({ store, functions: workers, encoders, config, logger, observer: metrics });
  closing.at('service', () => service.close());
  workers.serve(service);

  const counters = newCounters();
  const stream = new Movable<StreamListener>();
  const sockets = { config, service: service.subscriptions, logger, counters };
  const notReady = () => reasons(store, workers, closing);
  const isReady = () => notReady().length === 0;
  const requests = (admission: Admission) =>
    new HttpDoor({ ...sockets, reads: service.reads, admission, isReady });
  const bindStream = ({ host, port }: Config) =>
    stream.bind(new StreamListener({ host, port, ...sockets, requests }));
  metrics.attach({
    connections: () => total(stream, () => 1),
    subscriptions: () => total(stream, (one) => one.subscriptions),
    outboxBytes: () => total(stream, (one) => one.queuedBytes),
    storeWritable: () => store.health().writable,
    store: () => store.usage?.() ?? {},
    workers: () => workers.usage(),
    sockets: () => counters,
    delivery: service.hub.counters,
  });

  const admin = new Movable<AdminServer>();
  const connections = () => ofClients(stream);
  const shown = { service, metrics, store, notReady, connections, config, logger };
  readToken(initial);
  const bindAdmin = (next: Config) => bindAdminListener(admin, next, shown);
  await (await bindAdmin(initial)).place();
  closing.at('admin', () => admin.close());
  closing.at('workers', () => workers.close());
  closing.at('drain', () => drain(stream, config.current.drain_ms));
  closing.at('stream', () => stream.close());

  const attached = attachTo !== undefined;
  const reloader = new Reloader({
    config,
    attached,
    closing: () => closing.begun,
    logger,
    verify: (next) => void readToken(next),
    bindStream,
    bindAdmin,
  });
  closing.at('reload', () => reloader.idle());

  const { url: engineUrl } = await workers.listen();
  await (await bindStream(initial)).place();
  return {
    engineUrl,
    service,
    get streamUrl() {
      return stream.url ?? '';
    },
    get adminUrl() {
      return admin.url;
    },
    reload: (next) => reloader.apply(next),
    [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose](),
  };
}

/** A second server on one machine takes another port than the default, which nobody asked for. */
async function bindAdminListener(
  admin: Movable<AdminServer>,
  next: Config,
  shown: Omit<AdminOptions, 'host' | 'port'>,
): Promise<Move> {
  const { admin: at } = next;
  if (at === false) return admin.bind(undefined);
  try {
    return await admin.bind(new AdminServer({ ...shown, ...at }));
  } catch (error) {
    const taken = error instanceof LocalError && error.code === 'port_taken';
    if (!taken || !isAdminPortUnchosen(next)) throw error;
    shown.logger.warn(
      { reason: error.message },
      'the admin listener takes any free port: see the ready line',
    );
    return admin.bind(new AdminServer({ ...shown, ...at, port: 0 }));
  }
}

/** Why calls cannot succeed now. */
function reasons(store: Store, workers: Workers, closing: Closing): readonly string[] {
  const health = store.health();
  const found = [health.writable ? undefined : health.reason, workers.notReady()];
  if (closing.begun) found.push('the server shuts down');
  return found.filter((reason) => reason !== undefined);
}

async function drain(stream: Movable<StreamListener>, ms: number): Promise<void> {
  if (ms > 0) await Promise.all([...stream.all()].map((listener) => listener.drain(ms)));
}

function* ofClients(stream: Movable<StreamListener>) {
  for (const listener of stream.all()) {
    for (const one of listener.connections()) yield { ...one, operator: false };
  }
}

function total(
  stream: Movable<StreamListener>,
  of: (one: { subscriptions: number; queuedBytes: number }) => number,
): number {
  let sum = 0;
  for (const one of ofClients(stream)) sum += of(one);
  return sum;
}
