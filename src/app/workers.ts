import type { Config } from '../config/index.js';
import type { Logger } from '../observability/logger.js';
import type { FunctionHost, StreamService } from '../service/port.js';
import { encodeTextFrames } from '../socket/frames.js';

/** A function host and its life. */
export interface OpenedHost extends FunctionHost {
  serve(service: StreamService): void;
  listen(): Promise<{ url: string }>;
  close(): Promise<void>;
}

export interface HostOptions {
  readonly logger: Logger;
  /** Be a worker of the engine at this URL. */
  readonly engineUrl: string | undefined;
  /** Looked up when they are needed, so that a change of the configuration applies at once. */
  readonly limits: () => Config['limits'];
  /** Origins of pages that may connect to our own endpoint. */
  readonly allowedOrigins: () => Config['allowed_origins'];
  /** Where our own endpoint listens. */
  readonly endpoint: Config['engine'];
}

/** Opens the configured host, and tells why it cannot reach functions now. */
export async function openHost(
  options: HostOptions,
): Promise<{ host: OpenedHost; notReady: () => string | undefined }> {
  const { logger, engineUrl, limits, endpoint, allowedOrigins } = options;
  const bounds = {
    get maxFrameBytes() {
      return limits().max_frame_bytes;
    },
    get maxPendingInvocations() {
      return limits().max_pending_invocations;
    },
    get invocationTimeoutMs() {
      return limits().invocation_timeout_ms;
    },
    get heartbeatIntervalMs() {
      return limits().heartbeat_interval_ms;
    },
  };
  if (engineUrl !== undefined) {
    const { createAttachedHost } = await import('../workers/attached/index.js');
    const host = createAttachedHost({ url: engineUrl, limits: bounds, logger });
    return { host, notReady: () => (host.state === 'ready' ? undefined : 'the engine is not connected') };
  }
  const { createEmbeddedHost } = await import('../workers/embedded/index.js');
  const { host: address, port } = endpoint;
  const host = createEmbeddedHost({
    host: address,
    port,
    encode: encodeTextFrames,
    limits: bounds,
    allowedOrigins,
    logger,
  });
  return { host, notReady: () => undefined };
}
