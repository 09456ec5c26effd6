import type { Config } from '../config/index.js';
import { Engine } from '../engine/engine.js';
import type { FunctionHost, StreamService } from '../engine/port.js';
import type { Settings } from '../engine/settings.js';
import type { Logger } from '../observability/logger.js';
import { encodeTextFrames } from '../socket/frames.js';
import { createStreamServer } from '../socket/server.js';
import { openStore } from '../store/open.js';

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
  readonly engine: Engine;
}

/** Everything that closes with the app, last opened first. */
class Closing implements AsyncDisposable {
  readonly #steps: (() => Promise<void> | void)[] = [];
  #done: Promise<void> | undefined;

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    for (const step of this.#steps.reverse()) await step();
  }
}

/**
 * Opens the store, the function host and the stream socket, in this order; closes them in the other: no new sockets,
 * then no new calls, then the store flushes.
 *
 * @throws LocalError one clear sentence; nothing stays open then
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { logger } = options;
  const closing = new Closing();
  try {
    const store = await openStore(config.adapter, { logger, repair: options.repair ?? false });
    closing.add(async () => store[Symbol.asyncDispose]());
    const host = await openHost(config, options);
    const settings: Settings = { authFunction: config.auth_function, limits: config.limits };
    const engine = new Engine({ store, host, encode: encodeTextFrames, settings: () => settings, logger });
    closing.add(() => engine.close());
    host.serve(engine);
    closing.add(() => host.close());
    const sockets = createStreamServer({
      host: config.host,
      port: config.port,
      limits: config.limits,
      allowedOrigins: config.allowed_origins,
      authConfigured: config.auth_function !== undefined,
      service: engine,
      logger,
    });
    closing.add(() => sockets.close());
    const { url: engineUrl } = await host.listen();
    const { url: streamUrl } = await sockets.listen();
    return { engineUrl, streamUrl, engine, [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose]() };
  } catch (error) {
    await closing[Symbol.asyncDispose]();
    throw error;
  }
}

interface OpenedHost extends FunctionHost {
  serve(service: StreamService): void;
  listen(): Promise<{ url: string }>;
  close(): Promise<void>;
}

async function openHost({ engine, limits }: Config, { logger, engineUrl }: AppOptions): Promise<OpenedHost> {
  const bounds = {
    maxFrameBytes: limits.max_frame_bytes,
    maxPendingInvocations: limits.max_pending_invocations,
    invocationTimeoutMs: limits.invocation_timeout_ms,
    heartbeatIntervalMs: limits.heartbeat_interval_ms,
  };
  if (engineUrl !== undefined) {
    const { createAttachedHost } = await import('../host/attached/index.js');
    return createAttachedHost({ url: engineUrl, limits: bounds, logger });
  }
  const { createEmbeddedHost } = await import('../host/embedded/index.js');
  const { host, port } = engine;
  return createEmbeddedHost({ host, port, encode: encodeTextFrames, limits: bounds, logger });
}
