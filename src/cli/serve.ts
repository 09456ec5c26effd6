import { type App, startApp } from '../app/app.js';
import { type Config, loadConfig, watchConfig } from '../config/index.js';
import { LocalError } from '../domain/errors.js';
import { createLogger, type Logger } from '../observability/logger.js';
import { disableAllocationSitePretenuring } from './collector.js';
import { watchLauncher } from './launcher.js';

export interface ServeOptions {
  readonly config: string | undefined;
  readonly engine: string | undefined;
  /** Wins over the configuration, also over a changed one. */
  readonly logLevel: string | undefined;
  readonly repair: boolean;
}

/** Milliseconds that a graceful end may take. */
const SHUTDOWN_LIMIT = 9_500;

/** Runs the server until a signal ends it. @throws LocalError when it cannot start */
export async function serve({ config: file, engine, logLevel, repair }: ServeOptions): Promise<void> {
  disableAllocationSitePretenuring();
  const load = async (): Promise<Config> => {
    const config = await loadConfig(file);
    if (!logLevel) return config;
    return { ...config, log: { ...config.log, level: logLevel as Config['log']['level'] } };
  };
  const config = await load();
  const logger = createLogger(config.log);
  const engineUrl = engine ?? process.env.III_URL ?? process.env.III_ENGINE_URL;
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'unhandled rejection; going on'));
  // Should the start ever end without an answer, that is no success.
  process.exitCode = 1;
  // Nothing was acknowledged yet, so there is nothing to finish.
  const abandon = (): never => process.exit(0);
  process.on('SIGTERM', abandon).on('SIGINT', abandon);
  let onGone: () => void = abandon;
  watchLauncher(() => onGone());
  // Whoever started us may not read what we print, and need not.
  process.stdout.on('error', (error) => logger.debug({ err: error }, 'nobody reads standard output'));
  const app = await startApp(config, { logger, repair, ...(engineUrl ? { engineUrl } : {}) });
  process.off('SIGTERM', abandon).off('SIGINT', abandon);
  const end = endOnSignals(app, logger);
  onGone = () => end('the package manager that started the server has ended');
  if (file !== undefined) reloadOnChange(app, file, load, logger);
  else process.on('SIGHUP', () => logger.warn('SIGHUP: there is no configuration file to read again'));
  const admin = app.adminUrl === undefined ? '' : ` admin ${app.adminUrl}`;
  // After the handlers: whoever reads this line may end us at once.
  process.exitCode = 0;
  process.stdout.write(`ready: engine ${app.engineUrl} stream ${app.streamUrl}${admin}\n`);
}

/** A file that cannot be taken over changes nothing, and the log says why. */
function reloadOnChange(app: App, file: string, load: () => Promise<Config>, logger: Logger): void {
  const reload = async (): Promise<void> => {
    try {
      await app.reload(await load());
    } catch (error) {
      if (!(error instanceof LocalError)) throw error;
      logger.error(
        { file, code: error.code, reason: error.message },
        'the new configuration was not applied',
      );
    }
  };
  const onError = (error: unknown): void => {
    logger.warn({ file, err: error }, 'cannot watch the configuration file; send SIGHUP after a change');
  };
  watchConfig(file, () => void reload(), { onError });
  process.on('SIGHUP', () => {
    logger.info({ file }, 'SIGHUP: reading the configuration again');
    void reload();
  });
}

/** Returns what ends the server for another reason. */
function endOnSignals(app: App, logger: Logger): (reason: string) => void {
  let ending = false;
  const end = (reason: string): void => {
    ending = true;
    logger.info({ reason }, 'shutting down');
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT).unref();
    app[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.fatal({ err: error }, 'could not shut down cleanly');
        process.exit(1);
      },
    );
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (ending) process.exit(1);
    end(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return (reason) => {
    if (!ending) end(reason);
  };
}
