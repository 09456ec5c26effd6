import type {
  Adapter,
  Admin,
  Config,
  Engine,
  Http,
  KvConfig,
  Limits,
  Log,
  Presence,
  RedisConfig,
  StreamSettings,
  Tombstones,
} from '../../generated/config.js';

/** The type makes a key that the schema gained or lost a compile error here. */
const keys = <T>(all: Readonly<Record<keyof T, true>>): readonly string[] => Object.keys(all);

const ROOT = keys<Config>({
  port: true,
  host: true,
  auth_function: true,
  adapter: true,
  allowed_origins: true,
  trusted_proxies: true,
  path_prefix: true,
  drain_ms: true,
  presence: true,
  streams: true,
  http: true,
  limits: true,
  admin: true,
  log: true,
  engine: true,
});
const TOMBSTONES = keys<Tombstones>({ max_per_group: true, max_age_ms: true });
const STREAM = keys<StreamSettings>({ persist: true, ttl_ms: true });
const SECTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['adapter', keys<Adapter>({ name: true, config: true })],
  ['kv', kvKeys()],
  [
    'redis',
    keys<RedisConfig>({
      redis_url: true,
      command_timeout_ms: true,
      key_prefix: true,
      channel_prefix: true,
      shared_channel: true,
      tombstones: true,
    }),
  ],
  ['presence', keys<Presence>({ grace_ms: true, lease_ms: true })],
  ['http', keys<Http>({ reads_guarded: true })],
  ['limits', limitKeys()],
  ['admin', keys<Exclude<Admin, false>>({ host: true, port: true, token_file: true })],
  ['engine', keys<Engine>({ host: true, port: true })],
  ['log', keys<Log>({ level: true, format: true })],
]);

/** Names of the adapters. */
export const ADAPTERS = keys<Record<Adapter['name'], unknown>>({ kv: true, redis: true });

/**
 * The keys that a mapping of the configuration may hold.
 *
 * @param path where it is; the root is empty
 * @param adapter the adapter's name, which decides about `adapter.config`
 */
export function knownKeys(path: readonly string[], adapter?: unknown): readonly string[] {
  const [section, config, tombstones] = path;
  if (section === undefined) return ROOT;
  if (section === 'streams') return config === undefined ? [] : STREAM;
  if (tombstones !== undefined) return TOMBSTONES;
  return SECTIONS.get(config === undefined ? section : String(adapter)) ?? [];
}

function kvKeys(): readonly string[] {
  return keys<KvConfig>({
    store_method: true,
    file_path: true,
    uri: true,
    durability: true,
    save_interval_ms: true,
    tombstones: true,
    max_queued_bytes: true,
    max_tombstones: true,
    max_tombstone_bytes: true,
    max_empty_groups: true,
  });
}

function limitKeys(): readonly string[] {
  return keys<Limits>({
    max_name_bytes: true,
    max_depth: true,
    max_frame_bytes: true,
    max_call_bytes: true,
    outbox_bytes: true,
    slow_client_timeout_ms: true,
    sync_bytes: true,
    subscriptions_per_socket: true,
    sockets_per_address: true,
    max_sockets: true,
    max_fragments: true,
    max_waiting_pings: true,
    joins_per_second: true,
    idempotency_window_ms: true,
    max_pending_invocations: true,
    invocation_timeout_ms: true,
    auth_timeout_ms: true,
    heartbeat_interval_ms: true,
  });
}
