import { encodeTextFrames } from '../../socket/frames.js';
import { type AttachedHost, createAttachedHost } from '../attached/index.js';
import { createEmbeddedHost, type EmbeddedHost, type HostLimits } from '../embedded/index.js';
import { recordingLogger } from './logger.js';
import { FakeService } from './service.js';

export const LIMITS: HostLimits = {
  maxFrameBytes: 1_048_576,
  maxPendingInvocations: 1_000,
  invocationTimeoutMs: 5_000,
  heartbeatIntervalMs: 0,
};

export interface Embedded extends AsyncDisposable {
  readonly host: EmbeddedHost;
  readonly service: FakeService;
  readonly url: string;
  readonly logger: ReturnType<typeof recordingLogger>;
}

/** An embedded host on a free port. */
export async function startEmbedded(
  options: { limits?: Partial<HostLimits>; port?: number; serves?: boolean } = {},
): Promise<Embedded> {
  const { limits, port = 0, serves = true } = options;
  const logger = recordingLogger();
  const host = createEmbeddedHost({
    host: '127.0.0.1',
    port,
    limits: { ...LIMITS, ...limits },
    encode: encodeTextFrames,
    logger,
  });
  const service = new FakeService();
  if (serves) host.serve(service);
  const { url } = await host.listen();
  return { host, service, url, logger, [Symbol.asyncDispose]: () => host.close() };
}

export interface Attached extends AsyncDisposable {
  readonly host: AttachedHost;
  readonly service: FakeService;
  readonly logger: ReturnType<typeof recordingLogger>;
  /** Settles when the host is ready for the first time. */
  readonly ready: Promise<unknown>;
}

/** A host that attaches to the engine at `url`, with a service of its own. */
export function startAttached(url: string, limits: Partial<HostLimits> = {}): Attached {
  const logger = recordingLogger();
  const host = createAttachedHost({ url, limits: { ...LIMITS, ...limits }, logger });
  const service = new FakeService();
  host.serve(service);
  const ready = host.listen();
  return { host, service, logger, ready, [Symbol.asyncDispose]: () => host.close() };
}
