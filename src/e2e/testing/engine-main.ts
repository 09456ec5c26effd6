import { createLogger } from '../../observability/logger.js';
import { encodeTextFrames } from '../../socket/frames.js';
import { createEmbeddedHost } from '../../workers/embedded/index.js';

// An engine without functions of its own, in a process of its own: what an attached iii-stream is a worker of.
const limits = {
  maxFrameBytes: 4 << 20,
  maxPendingInvocations: 20_000,
  invocationTimeoutMs: 30_000,
  heartbeatIntervalMs: 10_000,
};
const host = createEmbeddedHost({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  limits,
  encode: encodeTextFrames,
  logger: createLogger({ level: 'warn', format: 'json' }),
});
const { url } = await host.listen();
process.stdout.write(`${url}\n`);
