import { AdminServer } from '../admin/index.js';
import type { Config } from '../config/index.js';
import type { Logger } from '../observability/logger.js';
import { Metrics } from '../observability/metrics.js';
import { Service } from '../service/service.js';
import type { Settings } from '../service/settings.js';
import { encodeTextFrames } from '../socket/frames.js';
import { openStore } from '../store/open.js';
import { Closing } from './closing.js';
import { Reloader } from './reload.js';
import { StreamSockets } from './stream-sockets.js';
import { openHost } from './workers.js';

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
  readonly engine: Service;
  /**
   * Applies another configuration while running, as a whole or not at all.
   * @throws LocalError `restart_needed`, `port_taken`, `listen_failed`; nothing has changed then
   */
  reload(config: Config): Promise<void>;
}

/**
 * Opens the store, the admin listener, the function host and the stream socket, in this order; closes them in the
 * other: no new sockets, then no new calls, then nobody to ask how we are, then the store flushes.
 *
 * @throws LocalError one clear sentence; nothing stays open then
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { logger } = options;
  const closing = new Closing();
  try {
    return await open(config, options, closing);
  } catch (error) {
    await closing[Symbol.asyncDispose]();
    logger.debug({ err: error }, 'the start failed');
    throw error;
  }
}

async function open(config: Config, options: AppOptions, closing: Closing): Promise<App> {
  const { logger, engineUrl: attachTo } = options;
  const metrics = new Metrics();
  let current = config;
  let settings = settingsOf(config);

  const store = await openStore(config.adapter, {
    logger,
    repair: options.repair ?? false,
    observer: metrics,
  });
  closing.add(async () => store[Symbol.asyncDispose]());
  const { host, notReady } = await openHost({
    logger,
    engineUrl: attachTo,
    limits: () => current.limits,
    allowedOrigins: () => current.allowed_origins,
    endpoint: config.engine,
  });
  const engine = new Service({
    store,
    host,
    encode: encodeTextFrames,
    settings: () => settings,
    logger,
    observer: metrics,
  });
  closing.add(() => engine.close());
  host.serve(engine);
  const sockets = new StreamSockets(engine, logger);
  metrics.attach({
    connections: () => total(sockets, () => 1),
    subscriptions: () => total(sockets, (one) => one.subscriptions),
    outboxBytes: () => total(sockets, (one) => one.queuedBytes),
    storeWritable: () => store.health().writable,
    sockets: () => sockets.counters,
    delivery: engine.hub.counters,
  });

  const reasons = (): string[] => {
    const health = store.health();
    const found = [health.writable ? undefined : health.reason, notReady()];
    if (closing.begun) found.push('the server shuts down');
    return found.filter((reason) => reason !== undefined);
  };
  const bindAdmin = async ({ admin: at }: Config): Promise<Admin | undefined> => {
    if (at === false) return undefined;
    const connections = function* () {
      for (const one of sockets.connections()) yield { ...one, operator: false };
    };
    const limits = () => current.limits;
    const server = new AdminServer({
      ...at,
      engine,
      metrics,
      store,
      notReady: reasons,
      connections,
      limits,
      logger,
    });
    try {
      return { server, url: (await server.listen()).url };
    } catch (error) {
      await server.close();
      throw error;
    }
  };
  let admin = await bindAdmin(config);
  closing.add(() => admin?.server.close());
  closing.add(() => host.close());
  closing.add(() => sockets.close());

  const reloader = new Reloader(config, {
    attached: attachTo !== undefined,
    closing: () => closing.begun,
    logger,
    async prepare(next, parts) {
      const candidate = parts.address ? await sockets.bind(next) : undefined;
      let newAdmin: Admin | undefined;
      try {
        if (parts.admin) newAdmin = await bindAdmin(next);
      } catch (error) {
        await candidate?.server.close();
        throw error;
      }
      return async () => {
        const oldAdmin = admin;
        if (parts.admin) admin = newAdmin;
        await Promise.all([
          candidate && sockets.moveTo(candidate),
          parts.admin ? oldAdmin?.server.close() : undefined,
        ]);
      };
    },
    use(next) {
      current = next;
      settings = settingsOf(next);
      sockets.reconfigure(next);
      admin?.server.reconfigure();
      logger.level = next.log.level;
    },
  });

  closing.add(() => reloader.idle());

  const { url: engineUrl } = await host.listen();
  await sockets.moveTo(await sockets.bind(config));
  return {
    engineUrl,
    engine,
    get streamUrl() {
      return sockets.url;
    },
    get adminUrl() {
      return admin?.url;
    },
    reload: (next) => reloader.apply(next),
    [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose](),
  };
}

interface Admin {
  readonly server: AdminServer;
  readonly url: string;
}

const settingsOf = ({ auth_function: authFunction, limits }: Config): Settings => ({ authFunction, limits });

function total(
  sockets: StreamSockets,
  of: (one: { subscriptions: number; queuedBytes: number }) => number,
): number {
  let sum = 0;
  for (const one of sockets.connections()) sum += of(one);
  return sum;
}
