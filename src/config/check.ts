import { isIP } from 'node:net';
import { validateConfig } from '../../generated/validators.js';
import { explain } from '../wire/validation.js';
import { invalid, isMapping, type Mapping } from './invalid.js';
import { ADAPTERS, knownKeys } from './known-keys.js';
import { nearest } from './nearest.js';
import type { Config } from './types.js';

/** Keys are shown in errors only when they look like keys: a secret in a wrong place must not reach a log. */
const SHOWABLE_KEY = /^[\w.-]{1,64}$/;

/**
 * Checks a mapping against the schema and fills the defaults in. A key without a value counts as absent. Takes the
 * mapping over: it is changed and frozen.
 *
 * @param file named in errors
 * @throws LocalError `config_invalid`, naming the key
 */
export function checkConfig(mapping: Mapping, file: string): Config {
  const admin = isMapping(mapping.admin) ? mapping.admin.port : undefined;
  const adapter = isMapping(mapping.adapter) ? mapping.adapter.name : undefined;
  dropEmpty(mapping, [], adapter);
  if (!validateConfig(mapping)) throw invalid(file, problem(adapter));
  const config = mapping as Config;
  const index = (config.trusted_proxies ?? []).findIndex((subnet) => !isSubnet(subnet));
  if (index >= 0) throw invalid(file, `trusted_proxies.${index}: must be an IP address or a subnet of them`);
  if (config.admin !== false && (admin === null || admin === undefined)) unchosen.add(config.admin);
  return deepFreeze(config);
}

/** Addresses of the admin listener whose port nobody chose. */
const unchosen = new WeakSet<object>();

/** True when the port of the admin listener is the default because the configuration does not say. */
export const isAdminPortUnchosen = ({ admin }: Pick<Config, 'admin'>): boolean =>
  admin !== false && unchosen.has(admin);

function isSubnet(text: string): boolean {
  const [address = '', bits = '0'] = text.split('/');
  return isIP(address) !== 0 && Number(bits) <= (isIP(address) === 6 ? 128 : 32);
}

function dropEmpty(mapping: Mapping, path: readonly string[], adapter: unknown): void {
  for (const key of knownKeys(path, adapter)) {
    const value = mapping[key];
    if (value === null || value === undefined) delete mapping[key];
    else if (isMapping(value)) dropEmpty(value, [...path, key], adapter);
  }
}

/** Says what `validateConfig` found. */
function problem(adapter: unknown): string {
  const error = validateConfig.errors?.at(-1);
  const path = error?.instancePath.split('/').slice(1) ?? [];
  if (error?.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty);
    const meant = nearest(key, knownKeys(path, adapter));
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    return `${[...path, SHOWABLE_KEY.test(key) ? key : '(a key not shown)'].join('.')}: unknown key${hint}`;
  }
  if (error?.keyword === 'discriminator') return `adapter.name: must be one of ${ADAPTERS.join(', ')}`;
  return explain(validateConfig, 'the configuration');
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
