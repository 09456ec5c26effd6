#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { startApp } from '../app/app.js';
import { loadConfig } from '../config/index.js';
import { LocalError } from '../domain/errors.js';
import { createLogger } from '../observability/logger.js';

const USAGE = `Usage: iii-stream [--config FILE] [--engine URL] [--log-level LEVEL] [--repair]

  --config FILE      YAML configuration; without it: file_based in ./data/stream_store, stream socket on 127.0.0.1:3112
  --engine URL       be the iii-stream worker of a running iii engine; default: $III_URL, else $III_ENGINE_URL
  --log-level LEVEL  trace, debug, info, warn, error, fatal or silent
  --repair           salvage what is readable of a corrupt store (the original files are kept)
  --help             this text
`;

/** Milliseconds that a graceful end may take. */
const SHUTDOWN_LIMIT = 9_500;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      engine: { type: 'string' },
      'log-level': { type: 'string' },
      repair: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const config = await loadConfig(values.config);
  const logger = createLogger({
    ...config.log,
    ...(values['log-level'] ? { level: values['log-level'] } : {}),
  });
  const engineUrl = values.engine ?? process.env.III_URL ?? process.env.III_ENGINE_URL;
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'unhandled rejection; going on'));
  // Should the start ever end without an answer, that is no success.
  process.exitCode = 1;
  const app = await startApp(config, { logger, repair: values.repair, ...(engineUrl ? { engineUrl } : {}) });
  let ending = false;
  const end = (signal: NodeJS.Signals): void => {
    if (ending) process.exit(1);
    ending = true;
    logger.info({ signal }, 'shutting down');
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT).unref();
    app[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.fatal({ err: error }, 'could not shut down cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // After the handlers: whoever reads this line may end us at once.
  process.exitCode = 0;
  process.stdout.write(`ready: engine ${app.engineUrl} stream ${app.streamUrl}\n`);
}

main().catch((error: unknown) => {
  const known =
    error instanceof LocalError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  const text = known ? (error as Error).message : ((error as Error).stack ?? String(error));
  process.stderr.write(`iii-stream: ${text}\n`);
  process.exit(1);
});
