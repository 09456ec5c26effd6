import { isDeepStrictEqual } from 'node:util';
import type { Config } from './types.js';

/** A part of the configuration that a running server can take over. `address` and `admin` are `host` and `port`, `proxies` what lies between. */
export type LivePart =
  | 'auth_function'
  | 'limits'
  | 'http'
  | 'proxies'
  | 'drain_ms'
  | 'presence'
  | 'streams'
  | 'allowed_origins'
  | 'log.level'
  | 'address'
  | 'admin'
  | 'admin.token_file';

/** A part that takes effect with the next start. `engine` doesn't matter to a server attached to an engine. */
export type RestartPart = 'adapter' | 'streams.persist' | 'engine' | 'log.format';

export interface ConfigDiff {
  readonly live: ReadonlySet<LivePart>;
  readonly restart: ReadonlySet<RestartPart>;
}

const LIVE: Readonly<Record<LivePart, (config: Config) => unknown>> = {
  auth_function: (config) => config.auth_function,
  limits: (config) => config.limits,
  http: (config) => config.http,
  proxies: ({ trusted_proxies, path_prefix }) => ({ trusted_proxies, path_prefix }),
  drain_ms: (config) => config.drain_ms,
  presence: (config) => config.presence,
  streams: ({ streams }) => Object.entries(streams).map(([name, { ttl_ms }]) => [name, ttl_ms]),
  allowed_origins: (config) => config.allowed_origins,
  'log.level': (config) => config.log.level,
  address: ({ host, port }) => ({ host, port }),
  admin: ({ admin }) => admin && { host: admin.host, port: admin.port },
  'admin.token_file': ({ admin }) => (admin === false ? undefined : admin.token_file),
};

const RESTART: Readonly<Record<RestartPart, (config: Config) => unknown>> = {
  adapter: (config) => config.adapter,
  'streams.persist': ({ streams }) => Object.entries(streams).map(([name, { persist }]) => [name, persist]),
  engine: (config) => config.engine,
  'log.format': (config) => config.log.format,
};

/** Which parts of two configurations differ. */
export const diffConfig = (from: Config, to: Config): ConfigDiff => ({
  live: changed(LIVE, from, to),
  restart: changed(RESTART, from, to),
});

function changed<Part extends string>(
  parts: Readonly<Record<Part, (config: Config) => unknown>>,
  from: Config,
  to: Config,
): ReadonlySet<Part> {
  const names = Object.keys(parts) as Part[];
  return new Set(names.filter((name) => !isDeepStrictEqual(parts[name](from), parts[name](to))));
}
