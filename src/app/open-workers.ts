import type { Config, Live } from '../config/index.js';
import type { Logger } from '../observability/logger.js';
import type { WorkersUsage } from '../observability/metric-sources.js';
import type { FunctionCaller, StreamService } from '../service/service-port.js';

/** Where functions are called, and its life. */
export interface Workers extends FunctionCaller {
  serve(service: StreamService): void;
  listen(): Promise<{ url: string }>;
  /** Why functions cannot be reached now; undefined when they can. */
  notReady(): string | undefined;
  usage(): WorkersUsage;
  close(): Promise<void>;
}

export interface OpenWorkersOptions {
  readonly config: Live<Config>;
  readonly logger: Logger;
  /** Be a worker of the engine at this URL. @default our own endpoint, at the configuration's `engine` */
  readonly engineUrl: string | undefined;
}

/** Nothing connects or listens before `listen`. @throws LocalError `engine_url` */
export async function openWorkers({ config, logger, engineUrl }: OpenWorkersOptions): Promise<Workers> {
  if (engineUrl !== undefined) {
    const { AttachedWorkers } = await import('../workers/attached/attached-workers.js');
    const isOneOfSeveral = config.current.adapter.name === 'redis';
    return new AttachedWorkers({ url: engineUrl, config, logger, isOneOfSeveral });
  }
  const { EmbeddedWorkers } = await import('../workers/embedded/embedded-workers.js');
  return new EmbeddedWorkers({ ...config.current.engine, config, logger });
}
