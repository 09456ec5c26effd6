import { LiveConfig, parseConfig } from '../../config/index.js';
import { createLogger } from '../../observability/logger.js';
import { EmbeddedWorkers } from '../../workers/embedded/embedded-workers.js';

// An engine without functions of its own, in a process of its own: what an attached iii-stream is a worker of.
const limits = '{ max_frame_bytes: 4194304, max_pending_invocations: 20000, heartbeat_interval_ms: 10000 }';
const workers = new EmbeddedWorkers({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  config: new LiveConfig(parseConfig(`limits: ${limits}`, 'the test engine')),
  logger: createLogger({ level: 'warn', format: 'json' }),
});
const { url } = await workers.listen();
process.stdout.write(`${url}\n`);
