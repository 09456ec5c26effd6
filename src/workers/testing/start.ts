import type { Limits } from '../../../generated/config.js';
import { LiveConfig, parseConfig } from '../../config/index.js';
import type { AttachedWorkersOptions } from '../attached/attached-options.js';
import { AttachedWorkers } from '../attached/attached-workers.js';
import { EmbeddedWorkers } from '../embedded/embedded-workers.js';
import type { WorkerBounds, WorkersConfig } from '../protocol/workers-config.js';
import { recordingLogger } from './logger.js';
import { FakeService } from './service.js';

/** A configuration with defaults, but for these. */
export const configOf = (
  limits: Partial<Limits> = {},
  allowed_origins?: readonly string[],
): LiveConfig<WorkersConfig> => {
  const { limits: defaults } = parseConfig('port: 0', 'a test');
  return new LiveConfig<WorkersConfig>({
    limits: { ...defaults, max_frame_bytes: 1_048_576, invocation_timeout_ms: 5_000, ...limits },
    ...(allowed_origins === undefined ? {} : { allowed_origins }),
  });
};

export interface Embedded extends AsyncDisposable {
  readonly workers: EmbeddedWorkers;
  readonly service: FakeService;
  readonly url: string;
  readonly logger: ReturnType<typeof recordingLogger>;
}

/** An engine endpoint on a free port. */
export async function startEmbedded(
  options: { limits?: Partial<Limits>; bounds?: WorkerBounds; port?: number; serves?: boolean } = {},
): Promise<Embedded> {
  const { limits, bounds = {}, port = 0, serves = true } = options;
  const logger = recordingLogger();
  const workers = new EmbeddedWorkers({ host: '127.0.0.1', port, config: configOf(limits), bounds, logger });
  const service = new FakeService();
  if (serves) workers.serve(service);
  const { url } = await workers.listen();
  return { workers, service, url, logger, [Symbol.asyncDispose]: () => workers.close() };
}

export interface Attached extends AsyncDisposable {
  readonly workers: AttachedWorkers;
  readonly service: FakeService;
  readonly logger: ReturnType<typeof recordingLogger>;
  /** Settles when everything is registered for the first time. */
  readonly ready: Promise<unknown>;
}

/** Attaches to the engine at `url`, with a service of its own. */
export function startAttached(
  url: string,
  limits: Partial<Limits> = {},
  options: Pick<AttachedWorkersOptions, 'identity' | 'customStreamKeptMs' | 'isOneOfSeveral'> = {},
): Attached {
  const logger = recordingLogger();
  const workers = new AttachedWorkers({ url, config: configOf(limits), logger, ...options });
  const service = new FakeService();
  workers.serve(service);
  const ready = workers.listen();
  return { workers, service, logger, ready, [Symbol.asyncDispose]: () => workers.close() };
}
