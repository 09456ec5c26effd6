import { LocalError } from '../../domain/errors.js';

/** What every connection needs to know. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls?: Record<string, never>;
}

/** One server. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is, taken apart. */
export interface RedisTarget {
  /** The known addresses; more than one is a Cluster, or Sentinels. */
  readonly nodes: readonly RedisNode[];
  /** The name that Sentinels, at `nodes`, know the master by. */
  readonly master?: string;
  /** What every connection shares: credentials, database, TLS. */
  readonly shared: Credentials;
  /** The addresses for logs and errors, without credentials. */
  readonly label: string;
}

const DEFAULT_PORT = 6379;
const SENTINEL_PORT = 26_379;
const SENTINEL = /^redis[-+]sentinel:\/\//i;

function refuse(why: string): never {
  // The text itself is not repeated: it may hold a password.
  throw new LocalError(
    'redis_url',
    `redis_url: ${why}; expected redis://[user:password@]host[:port][/db], or redis-sentinel://host[:port],.../master`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('holds a % in its credentials that is not an escape (write it as %25)');
  }
}

function parseOne(text: string): URL {
  const withScheme = /^[a-z+]+:\/\//i.test(text) ? text : `redis://${text}`;
  if (!URL.canParse(withScheme)) refuse('is not a URL');
  const url = new URL(withScheme);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    refuse(`has the unknown scheme ${url.protocol}//`);
  if (url.hostname === '') refuse('names no host');
  // What nobody applies must not look as if it were.
  if (url.search !== '' || url.hash !== '') refuse('has parameters, which nobody reads (TLS is rediss://)');
  return url;
}

/**
 * Reads `redis_url`. Of several addresses, credentials and TLS of the first one count for all.
 * @throws LocalError `redis_url`, without repeating credentials
 */
export function parseRedisUrl(text: string): RedisTarget {
  return SENTINEL.test(text.trim()) ? parseSentinels(text.trim()) : parseServers(text);
}

/** `redis-sentinel://[user:password@]host[:port],…/master[/db]`: the credentials are those of the master. */
function parseSentinels(text: string): RedisTarget {
  const rest = text.replace(SENTINEL, '');
  const slash = rest.indexOf('/');
  const [master = '', database = '', ...more] = slash < 0 ? [] : rest.slice(slash + 1).split('/');
  if (master === '') refuse('names Sentinels and no master');
  if (more.length > 0 || /[?#]/.test(master + database)) refuse('goes on after the master and its database');
  const { nodes, shared, label } = parseServers(`${rest.slice(0, slash)}`, SENTINEL_PORT);
  if (!/^\d*$/.test(database)) refuse('names a database that is not a number');
  const db = Number(database) > 0 ? { db: Number(database) } : {};
  return { nodes, shared: { ...shared, ...db }, label: `${label}/${master}`, master: decode(master) };
}

function parseServers(text: string, defaultPort = DEFAULT_PORT): RedisTarget {
  const urls = text.split(',').map((part) => parseOne(part.trim()));
  const first = urls[0]!;
  const nodes = urls.map((url) => ({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
  }));
  const database = first.pathname.slice(1);
  if (!/^\d*$/.test(database)) refuse('names a database that is not a number');
  if (urls.length > 1 && Number(database) > 0) refuse('names a database, and a Cluster has only database 0');
  const username = decode(first.username);
  const password = decode(first.password);
  const shared: Credentials = {
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(Number(database) > 0 ? { db: Number(database) } : {}),
    ...(first.protocol === 'rediss:' ? { tls: {} } : {}),
  };
  return { nodes, shared, label: nodes.map(({ host, port }) => `${host}:${port}`).join(',') };
}
